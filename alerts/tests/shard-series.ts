import type { Duration } from '../thresholds.ts';
import { gone, hold, inTurn, nothing } from './values.ts';

/** What one process says about one shard; values of half an hour where nothing else is given. */
export interface ShardStory {
  readonly up?: string;
  readonly heartbeat?: string;
  readonly gap?: string;
  readonly guilds?: string;
  /** Whether it waits to identify. */
  readonly identifying?: string;
}

export interface GatewayStory {
  readonly instance?: string;
  readonly shards: Readonly<Record<number, ShardStory>>;
  /** Of the whole bot; as many as there are here when left out. */
  readonly configured?: string;
  readonly namespace?: string;
}

const LONG: Duration = '30m';

/** What a shard that is well says of itself. */
const WELL = { up: 1, heartbeat: 0.1, gap: 2, guilds: 10, identifying: 0 } as const;
type Signal = keyof typeof WELL;
const SIGNALS = Object.keys(WELL) as Signal[];

const METRICS = {
  up: ['discord_shard_up', ''],
  heartbeat: ['discord_shard_heartbeat_latency_seconds', ''],
  gap: ['discord_shard_event_gap_seconds', ''],
  guilds: ['discord_shard_guilds', ''],
  identifying: ['discord_shard_state', ',state="identifying"'],
} as const satisfies Record<Signal, readonly [string, string]>;

/** The series of one process. A shard without a story of its own is well. */
export function gateway({
  instance = 'g0',
  shards,
  configured,
  namespace,
}: GatewayStory): Record<string, string> {
  const place = `job="gateway",instance="${instance}"${namespace ? `,namespace="${namespace}"` : ''}`;
  const series: Record<string, string> = {
    [`discord_shards_configured{${place}}`]: configured ?? hold(Object.keys(shards).length, LONG),
  };
  for (const [id, story] of Object.entries(shards)) {
    for (const signal of SIGNALS) {
      const [name, more] = METRICS[signal];
      series[`${name}{${place},shard="${id}"${more}}`] = story[signal] ?? hold(WELL[signal], LONG);
    }
  }
  return series;
}

/** A well shard whose process ends after this long. */
export function until(end: Duration, forTime: Duration = LONG): ShardStory {
  return eachSignal((value) => inTurn(hold(value, end), gone(forTime)));
}

/** A shard whose process appears after this long, at first connecting, then well. */
export function from(start: Duration, forTime: Duration = LONG): ShardStory {
  return {
    ...eachSignal((value) => inTurn(nothing(start), hold(value, forTime))),
    up: inTurn(nothing(start), '0', hold(WELL.up, forTime)),
    gap: inTurn(nothing(start), '60', hold(WELL.gap, forTime)),
  };
}

/** A well shard of a process that stays. */
export function throughout(time: Duration): ShardStory {
  return eachSignal((value) => hold(value, time));
}

function eachSignal(values: (value: number) => string): ShardStory {
  return Object.fromEntries(SIGNALS.map((signal) => [signal, values(WELL[signal])]));
}
