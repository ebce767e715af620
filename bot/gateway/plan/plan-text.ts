import type { Plan } from './plan.ts';

const MAX_GUILDS_PER_SHARD = 2_500;

/** The plan for people: what, how long it takes, whether it can be done today, and what to set. */
export function planText(plan: Plan): string {
  const { shards, replicas, shardsPerReplica, maxConcurrency, sessionStarts, recommendedShards } = plan;
  const { needed, remaining, reserved, total, resetAt } = sessionStarts;
  const rounding = maxConcurrency > 1 ? `, a multiple of ${maxConcurrency} as very large bots must have` : '';
  return `Discord recommends ${count(recommendedShards, 'shard')} (a shard may have ${MAX_GUILDS_PER_SHARD} guilds at most).

Plan: ${count(shards, 'shard')}${rounding},
      ${count(replicas, 'gateway')} with up to ${count(shardsPerReplica, 'shard')} each.

Identifying all of them takes ${duration(plan.identifySeconds)} (${maxConcurrency} at a time, one round in 5 s).
It costs ${count(needed, 'session start')}: ${remaining} of ${total} are left until ${resetAt},
${reserved} of which gateways keep in reserve. ${plan.fits ? 'That fits today.' : `That does NOT fit today: wait until ${resetAt}.`}

Set, on every gateway at the same time:
  SHARD_COUNT=${shards}
  SHARDS_PER_PROCESS=${shardsPerReplica}
or with Helm:
  --set gateway.shardCount=${shards} --set gateway.shardsPerReplica=${shardsPerReplica} --set gateway.replicas=${replicas}

Another shard count makes every session new: what Discord sends between the last moment of the old ones and
the first of the new ones nobody gets. So nothing scales shards by itself, least of all in the middle of the
day: do it in a quiet hour. Another number of gateways for the same count costs nothing, only RESUMEs.
`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function duration(seconds: number): string {
  if (seconds === 0) return 'a moment';
  if (seconds < 120) return `about ${seconds} s`;
  return `about ${Math.round(seconds / 60)} min`;
}
