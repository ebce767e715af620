import type { Settings } from '../settings.ts';
import { SEVERITIES, showValue, type AlertName, type Limit, type Thresholds } from '../thresholds.ts';
import { replaceBlock } from './marked-block.ts';
import { markdownTable } from './markdown-table.ts';

type Parameter<Name extends AlertName> = Exclude<
  keyof Thresholds[Name],
  'measures' | 'unit' | 'warning' | 'critical' | 'why'
>;

/** What each further setting of an alert means; the compiler asks for one that is missing. */
const MEANINGS: { readonly [Name in AlertName]: Readonly<Record<Parameter<Name>, string>> } = {
  DiscordShardHeartbeatSlow: { window: 'the worst value within this time counts' },
  DiscordShardEventGap: {
    probedAfter: 'silence after which the gateway probes; a limit must be above it',
  },
  DiscordShardDown: {
    window: 'down for most of this time counts as down',
    memory: 'how long a shard that no process reports is remembered by its number',
    unowned: 'how long shards must have been in no gateway before that is no start any more',
  },
  JetStreamConsumerPendingHigh: {},
  JetStreamRedeliveryRateHigh: {
    window: 'time over which deliveries are counted',
    minDeliveries: 'with fewer deliveries in that time the share says nothing',
    recent: 'there must have been a repetition within this time',
  },
  JetStreamConsumerStalled: { window: 'time without any delivery or acknowledgement' },
  DeadLettersArriving: { window: 'time over which new ones are counted' },
  ContainerMemoryHigh: {},
  ContainerMemoryLeakSuspected: {
    minDailyRise: 'of the limit: rise of floor and of ceiling, on each of the last two days',
    minPersistence: "of yesterday's rise: the least that today's must be",
    horizon: 'time within which the ceiling, going on like this, comes too near to the limit',
    reach: 'of the limit: what is too near',
    minAge: 'younger processes are still warming up',
  },
  MonitoringTargetDown: {
    natsKeepFiringFor: 'how long NATS is still said to be down: until shards are back',
  },
};

/** Settings that are shares of 1. */
const SHARES = new Set(['minDailyRise', 'minPersistence', 'reach']);

/** The numbers of an alert as its runbook tells them, with the reason. */
export function renderRunbookThreshold(
  alert: AlertName,
  { thresholds }: Pick<Settings, 'thresholds'>,
): string {
  const { measures, unit, why, ...values } = thresholds[alert];
  const limits = values as Partial<Record<string, Limit>>;
  const rows = SEVERITIES.flatMap((severity) => {
    const limit = limits[severity];
    if (!limit) return [];
    const { value, for: wait, keepFiringFor } = limit;
    const fires = value === undefined ? 'while it is so' : `above ${showValue(value, unit)}`;
    return [[severity, fires, orElse(wait, 'at once'), orElse(keepFiringFor, 'not')]];
  });
  const settings = Object.entries(MEANINGS[alert]).map(([name, meaning]) => [
    `\`${name}\``,
    showParameter(name, (values as Readonly<Record<string, unknown>>)[name]),
    meaning,
  ]);
  const parts = [
    `What is compared: ${measures}.`,
    markdownTable(['severity', 'fires', 'when it lasts', 'kept firing afterwards'], rows),
    ...(settings.length > 0 ? [markdownTable(['setting', 'value', 'meaning'], settings)] : []),
    why,
  ];
  return parts.join('\n\n');
}

/** A runbook with the numbers that the settings make. @throws {RangeError} where it lacks the marks */
export function withThresholds(
  markdown: string,
  alert: AlertName,
  settings: Pick<Settings, 'thresholds'>,
): string {
  return replaceBlock(markdown, 'threshold', renderRunbookThreshold(alert, settings));
}

function orElse(duration: string, none: string): string {
  return duration === '0s' ? none : duration;
}

function showParameter(name: string, value: unknown): string {
  return SHARES.has(name) && typeof value === 'number' ? showValue(value, 'ratio') : String(value);
}
