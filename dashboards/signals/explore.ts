import { DatasourceVariableBuilder, TextBoxVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import type { Place } from '../panels/about.ts';
import { text } from '../panels/text.ts';

/** Where logs are, for those who keep them in Loki. */
export const LOGS = new DatasourceVariableBuilder('logs').label('Logs').type('loki');
/** Which lines are ours depends on the collector's labels. */
export const LOG_SELECTOR = new TextBoxVariableBuilder('log_selector')
  .label('Log lines')
  .defaultValue('{container=~`gateway|worker|exporter`}');
/** Where traces are, for those who keep them in Tempo. */
export const TRACES = new DatasourceVariableBuilder('traces').label('Traces').type('tempo');

const SELECTOR = '${log_selector:percentencode}';

/** Links into logs and traces at the time shown. */
export function explore(place: Place) {
  return text({
    ...place,
    title: 'Logs and traces',
    normal: 'logs hold a line for each connection, session and failure, and none for each event.',
    otherwise:
      'a link that finds nothing: choose the datasource above, and the labels that your collector gives to our containers.',
    markdown: `Logs of the time shown: [warnings and errors](${logs('| json | level =~ `warn|error|fatal`')}) ·
[shards](${logs('| json | shard != ``')}) · [consumers](${logs('| json | consumer =~ `$consumer`')}) ·
[everything](${logs('')})

Traces of the time shown: [slowest events](${traces('{resource.service.name=~`shardwatch-.*` && duration > 1s}')}) ·
[failed ones](${traces('{resource.service.name=~`shardwatch-.*` && status = error}')})

A message bears the trace of its event in the header \`traceparent\`.`,
  });
}

function logs(filter: string): string {
  return address('${logs}', { expr: `${SELECTOR} ${filter}`.trim() });
}

function traces(query: string): string {
  return address('${traces}', { queryType: 'traceql', query });
}

/** Grafana replaces the variables; the rest must be written as addresses are. */
function address(datasource: string, query: Readonly<Record<string, string>>): string {
  const pane = {
    a: {
      datasource,
      queries: [{ refId: 'A', datasource: { uid: datasource }, ...query }],
      range: { from: '${__from}', to: '${__to}' },
    },
  };
  const encoded = encodeURIComponent(JSON.stringify(pane)).replaceAll(
    /%24%7B(\w+(?:%3A\w+)?)%7D|%24(consumer)\b/g,
    (_, braced?: string, bare?: string) => `\${${decodeURIComponent(braced ?? `${bare}:regex`)}}`,
  );
  return `/explore?schemaVersion=1&panes=${encoded}`;
}
