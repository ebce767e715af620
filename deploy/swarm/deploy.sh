#!/bin/sh
# Deploys the stack, or what has changed of it. On a manager:
#
#   deploy/swarm/deploy.sh [name of the stack, by default shardwatch] [further -c <file> for docker stack deploy]
#
# The first run makes the passwords that are missing, in deploy/swarm/secrets/. Yours to put there:
#   discord_token        the bot's token
#   alert_webhook_url    a Discord channel's webhook, to which alerts go (deploy/services/alertmanager-values.yaml)
#
# Variables: SHARDWATCH_IMAGE, SHARD_COUNT, DATA_NODE (by default this node) and those in stack.yaml; SECRETS, a
# folder with other secrets than deploy/swarm/secrets.
set -eu
umask 077
export STACK="${1:-shardwatch}"
[ $# -eq 0 ] || shift
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export SECRETS="${SECRETS:-$here/secrets}"

version() { cat "$@" | sha256sum | cut -c 1-12; }
# 32 hexadecimal digits: nothing in them needs quoting in a URL.
password() { [ -s "$1" ] || head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$1"; }

missing=''
for name in discord_token alert_webhook_url; do
  [ -s "$SECRETS/$name" ] || missing="$missing $name"
done
if [ -n "$missing" ]; then
  echo "Put these into $SECRETS, one file each:$missing" >&2
  exit 2
fi
password "$SECRETS/postgres_password"
password "$SECRETS/grafana_password"
printf 'postgres://shardwatch:%s@postgres:5432/shardwatch' "$(cat "$SECRETS/postgres_password")" > "$SECRETS/database_url"

: "${DATA_NODE:=$(docker info --format '{{.Name}}')}"
NATS_VERSION=$(version "$root/deploy/services/nats.conf")
PROMETHEUS_VERSION=$(version "$root/deploy/services/prometheus.yaml")
RULES_VERSION=$(version "$root/alerts/generated/rules.yaml")
ALERTMANAGER_VERSION=$(version "$root/deploy/services/alertmanager.yaml")
GRAFANA_VERSION=$(version "$root"/deploy/services/grafana-*.yaml)
DASHBOARDS_VERSION=$(version "$root"/dashboards/generated/*.json)
# Of secrets too, the name tells nothing: 12 digits of the hash of 32 random ones, or of a token.
DISCORD_TOKEN_VERSION=$(version "$SECRETS/discord_token")
DATABASE_VERSION=$(version "$SECRETS/postgres_password")
GRAFANA_PASSWORD_VERSION=$(version "$SECRETS/grafana_password")
ALERT_WEBHOOK_VERSION=$(version "$SECRETS/alert_webhook_url")
export DATA_NODE NATS_VERSION PROMETHEUS_VERSION RULES_VERSION ALERTMANAGER_VERSION GRAFANA_VERSION \
  DASHBOARDS_VERSION DISCORD_TOKEN_VERSION DATABASE_VERSION GRAFANA_PASSWORD_VERSION ALERT_WEBHOOK_VERSION

docker stack deploy --prune --with-registry-auth -c "$here/stack.yaml" "$@" "$STACK"
cat <<TEXT

docker stack services $STACK      until all replicas are there
http://$DATA_NODE:3000            Grafana; user admin, password in $SECRETS/grafana_password
TEXT
