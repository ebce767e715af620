import { replaceBlock } from './marked-block.ts';

/**
 * What every diagnosis begins with, so that the commands after it can be pasted as they stand. One home for
 * all runbooks.
 */
const SETUP = `
Paste this first. Queries also run in Prometheus under \`/graph\` and in Grafana's Explore. Replace what the examples name (shard 7, \`moderation-worker\`) by the alert's labels.

\`\`\`sh
# Kubernetes: the namespaces of the bot and of Prometheus; the stack chart has both in one. Swarm: the name of the stack.
NS=shardwatch MON=monitoring
# Prometheus. Kubernetes: kubectl -n "$MON" port-forward svc/prometheus-operated 9090 &
# Swarm, where only Grafana has a port: http://admin:PASSWORD@127.0.0.1:3000/api/datasources/proxy/uid/prometheus
PROM=http://127.0.0.1:9090
# Fill in as you learn them: labels pod and instance of the process in question, and the deployment or
# service of the workers in question.
POD= URL=http:// W=
# q '<query>' asks Prometheus and prints one series a line.
q() { curl -fsSG "$PROM/api/v1/query" --data-urlencode "query=$1" | sed $'s/{"metric"/\\\\\\n&/g'; echo; }
\`\`\`
`;

/**
 * A runbook with the common beginning of its diagnosis.
 * @param links where the alert is looked at
 * @throws {RangeError} where it lacks the marks
 */
export function withSetup(markdown: string, links: string): string {
  return replaceBlock(markdown, 'setup', `\n${links}\n${SETUP}`);
}
