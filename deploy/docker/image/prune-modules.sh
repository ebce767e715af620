#!/bin/sh
# Takes out of node_modules what no running process reads. Run once, while the image is built; import-modules.mjs
# then shows that what is left loads.
set -eu
cd "$1"

# Of @sentry/node, for bundling and for uploading source maps: a command line and a parser.
rm -rf sentry oxc-parser @oxc-parser @oxc-project
# OpenTelemetry brings everything three times; Node reads build/src.
rm -rf @opentelemetry/*/build/esm @opentelemetry/*/build/esnext

# Maps, types, sources, documentation and tests. Licences stay.
find . -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \) -delete
find . -type f \( -iname '*.md' -o -iname '*.markdown' \) ! -iname '*licen*' ! -iname '*notice*' -delete
find . -type d \( -name test -o -name tests -o -name __tests__ -o -name .github \) -prune -exec rm -rf {} +
find . -type d -empty -delete
# Links to programs that are gone with their packages, and to those that nobody starts.
rm -rf .bin
