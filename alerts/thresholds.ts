/**
 * The one home of every limit. Rules, tests, runbooks, dashboard lines and the README's table take their
 * numbers from here; users override them (`settings.ts`). This file imports nothing.
 *
 * Values are in base units: seconds, messages, ratios of 1. A limit is crossed by what is above it, not by
 * what equals it.
 */

/** As Prometheus writes them: `30s`, `5m`, `6h`, `3d`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`;

/** What a value counts; `none` where the alert asks yes or no. */
export type Unit = 'seconds' | 'messages' | 'ratio' | 'none';

export const SEVERITIES = ['warning', 'critical'] as const;
/** Critical pages, warning opens a ticket. */
export type Severity = (typeof SEVERITIES)[number];

export interface Limit {
  /** No value where the alert asks yes or no. */
  readonly value?: number;
  /** How long the condition must hold before the alert fires. */
  readonly for: Duration;
  /** How long the alert goes on after the condition; `0s` where the value does not saw. */
  readonly keepFiringFor: Duration;
}

export interface AlertThresholds {
  /** What is compared with the limits. */
  readonly measures: string;
  readonly unit: Unit;
  readonly warning?: Limit;
  readonly critical?: Limit;
  readonly why: string;
  /** Windows, floors and the like of this alert; a text is a duration. */
  readonly [parameter: string]: Limit | number | string | undefined;
}

export const THRESHOLDS = {
  DiscordShardHeartbeatSlow: {
    measures: 'heartbeat latency of a shard that is up',
    unit: 'seconds',
    warning: { value: 1, for: '5m', keepFiringFor: '0s' },
    critical: { value: 5, for: '2m', keepFiringFor: '0s' },
    /** A beat comes every 41 s, so one slow beat shows for that long; the worst of this window counts. */
    window: '1m',
    why: 'An acknowledgement normally takes 50 to 200 ms. At a second the connection or the event loop is in trouble; at five, events are late for users and the connection is about to be given up. One slow beat, or one that is never answered, stays silent: that connection is replaced by itself.',
  },
  DiscordShardEventGap: {
    measures: 'time since the last event of a shard that is up and has guilds',
    unit: 'seconds',
    // A shard that stays deaf is given a new session, after 90 s for the first time, whose first events end the
    // gap for a while: kept until the next gap, or the ticket would close in between.
    warning: { value: 30, for: '30s', keepFiringFor: '2m' },
    critical: { value: 120, for: '0s', keepFiringFor: '0s' },
    /** After this long gateways probe a quiet shard; a limit below would be crossed by every quiet one. */
    probedAfter: '20s',
    why: 'A shard that has been quiet for 20 s is probed, and the answer is an event: 30 s of silence cannot happen on a healthy shard, however quiet its guilds. The gateway then reconnects by itself; two minutes mean that this did not help.',
  },
  DiscordShardDown: {
    measures: 'shards that should be up and are not',
    unit: 'none',
    critical: { for: '2m', keepFiringFor: '3m' },
    /** Down is a shard that was down for most of this window, so that one that comes and goes counts too. */
    window: '1m',
    /** How long a shard that no process reports any more is remembered by its number. */
    memory: '1h',
    /** How long some shards must have been without a process before that counts as not being a start. */
    unowned: '10m',
    why: 'A gateway that restarts takes its shards away for 30 to 60 s and resumes their sessions: nothing is lost and nobody is paged. After two minutes and more Discord is about to forget the sessions, and events with them. Shards that wait for their turn to identify do not count while the fleet grows.',
  },
  JetStreamConsumerPendingHigh: {
    measures: 'messages of a consumer that wait or are being worked on',
    unit: 'messages',
    warning: { value: 1_000, for: '5m', keepFiringFor: '5m' },
    critical: { value: 10_000, for: '2m', keepFiringFor: '2m' },
    why: 'Workers keep the backlog near zero; a burst that they absorb is gone within minutes. A thousand for five minutes means that they do not keep up, ten thousand that events are answered minutes late.',
  },
  JetStreamRedeliveryRateHigh: {
    measures: 'share of deliveries that are repetitions',
    unit: 'ratio',
    warning: { value: 0.05, for: '3m', keepFiringFor: '5m' },
    critical: { value: 0.15, for: '3m', keepFiringFor: '5m' },
    window: '10m',
    /** Below this many deliveries in the window a share says nothing. */
    minDeliveries: 100,
    /** Repetitions must be going on: one killed worker repeats its messages once. */
    recent: '2m',
    why: 'Healthy consumers repeat next to nothing. One event in twenty means that a handler fails or is too slow for the ack wait; one in seven, that much of the work is done twice or never and dead letters follow.',
  },
  JetStreamConsumerStalled: {
    measures: 'messages wait and nobody takes or acknowledges any',
    unit: 'none',
    /** A process that is seen again must be seen before this ends: it is silenced by this alert. */
    critical: { for: '2m', keepFiringFor: '1m' },
    /** No delivery of a new message and no acknowledgement within this time is no progress. */
    window: '1m',
    why: 'A restarting worker is back within a minute. Messages that wait for three minutes while nothing moves are not a backlog: nobody is working.',
  },
  DeadLettersArriving: {
    measures: 'new dead letters',
    unit: 'messages',
    warning: { value: 0, for: '0s', keepFiringFor: '20m' },
    window: '10m',
    why: 'Each dead letter is an event that was not handled and waits for somebody to look at it. Nothing gets worse within the hour, so it is a ticket and no page.',
  },
  ContainerMemoryHigh: {
    measures: 'working set of a container, as a share of its limit',
    unit: 'ratio',
    warning: { value: 0.8, for: '5m', keepFiringFor: '1h' },
    critical: { value: 0.95, for: '1m', keepFiringFor: '15m' },
    why: 'Above 80% there is little room for a burst or a garbage collection that comes late; above 95% the kernel kills the process at the next one. The memory saws with each collection, so a firing alert is kept until it has been below for a while.',
  },
  ContainerMemoryLeakSuspected: {
    measures: 'day-over-day rise of the floor and the ceiling of the working set',
    unit: 'none',
    warning: { for: '6h', keepFiringFor: '1h' },
    /** Of the limit: what floor and ceiling must have risen by on each of the last two days. */
    minDailyRise: 0.02,
    /** Today's rise of the floor must be more than this share of yesterday's: a warm-up slows down. */
    minPersistence: 0.5,
    /** Going on like this, the ceiling reaches `reach` of the limit within the horizon. */
    horizon: '14d',
    reach: 0.9,
    /** A younger process is still warming up. */
    minAge: '3d',
    why: 'A slow leak crosses 80% days before anybody looks, or at night. Comparing whole days sees 1 MB an hour in 512 MiB after about three days and a quarter, and neither daily and weekly cycles nor deploys nor the saw of garbage collection look like it.',
  },
  MonitoringTargetDown: {
    measures: 'gateways, workers, the exporter or NATS that cannot be seen',
    unit: 'none',
    critical: { for: '2m', keepFiringFor: '0s' },
    /** How long NATS is still said to be down: until its shards are, which this alert silences. */
    natsKeepFiringFor: '5m',
    why: 'What is not scraped cannot alert: every other alert about it falls silent. Two minutes let a restart pass.',
  },
} as const satisfies Record<string, AlertThresholds>;

export type AlertName = keyof typeof THRESHOLDS;
export const ALERT_NAMES = Object.keys(THRESHOLDS) as AlertName[];

/** Fires always, so that a receiver outside notices when it no longer arrives. */
export const WATCHDOG = 'Watchdog';

type Widen<T> = T extends Duration
  ? Duration
  : T extends Unit
    ? Unit
    : T extends string
      ? string
      : T extends number
        ? number
        : { readonly [Key in keyof T]: Widen<T[Key]> };

/** The shape of THRESHOLDS, with any numbers: what users' overrides make of it. */
export type Thresholds = Widen<typeof THRESHOLDS>;

const DURATION = /^\d+[smhd]$/;

export function isDuration(value: unknown): value is Duration {
  return typeof value === 'string' && DURATION.test(value);
}

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

export function secondsOf(duration: Duration): number {
  const unit = duration.slice(-1) as keyof typeof UNIT_SECONDS;
  return Number(duration.slice(0, -1)) * UNIT_SECONDS[unit];
}

/** For people: 1000 ms, 30 s, 5%, 10000. */
export function showValue(value: number, unit: Unit): string {
  if (unit === 'ratio') return `${Number((value * 100).toFixed(3))}%`;
  if (unit !== 'seconds') return String(value);
  return value < 10 ? `${Number((value * 1_000).toFixed(3))} ms` : `${value} s`;
}
