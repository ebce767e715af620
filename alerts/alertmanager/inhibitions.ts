import type { Selectors } from '../settings.ts';
import type { AlertName } from '../thresholds.ts';
import { is, isOneOf, type Matcher } from './matcher.ts';

/** While an alert of the source fires, those of the target with the same labels are not told. */
export interface Inhibition {
  readonly why: string;
  readonly source: readonly Matcher[];
  readonly target: readonly Matcher[];
  /** Labels that both must agree on; absent on both sides is agreement too. */
  readonly equal: readonly string[];
}

/** Labels that say what an alert is about. One that an alert lacks agrees with itself. */
const OBJECT_LABELS = ['job', 'shard', 'stream_name', 'consumer_name', 'pod', 'container', 'instance'];

/**
 * Only a critical alert silences, and never one that is worse than itself: what gets worse is told again.
 *
 * Alertmanager (0.25 to 0.34) never tells the end of an alert that is silenced at that moment. So what may
 * have been told before its source fired must not end before its source does, and what is silenced from its
 * beginning must not outlast its source, or it is told when all is over. `keepFiringFor` sees to both.
 */
export function inhibitions(selectors: Pick<Selectors, 'groupBy' | 'memory'>): Inhibition[] {
  const inPlace = (...labels: readonly string[]) => [
    ...new Set([...selectors.groupBy, 'namespace', ...labels]),
  ];
  const consequence = (why: string, source: Matcher[], target: Matcher[], labels: string[]): Inhibition => ({
    why,
    source: [...source, is('severity', 'critical')],
    target,
    equal: inPlace(...labels),
  });
  return [
    {
      why: 'A page needs no ticket about the same shard, consumer or container beside it.',
      source: [is('severity', 'critical')],
      target: [is('severity', 'warning')],
      equal: inPlace('alertname', ...OBJECT_LABELS, ...selectors.memory.by),
    },
    consequence(
      'Without NATS gateways close their shards, resumably, and open them when it is back.',
      [alert('MonitoringTargetDown'), is('component', 'nats')],
      [alert('DiscordShardDown')],
      [],
    ),
    consequence(
      'The shards of a gateway that is gone are reported one by one; that it is gone as well is no news.',
      [alert('DiscordShardDown')],
      [alert('MonitoringTargetDown'), is('component', 'gateway')],
      ['job'],
    ),
    consequence(
      'A shard that comes and goes is late and quiet in between.',
      [alert('DiscordShardDown'), is('scope', 'shard')],
      [alert('DiscordShardEventGap', 'DiscordShardHeartbeatSlow'), is('severity', 'critical')],
      ['job', 'shard'],
    ),
    consequence(
      'On a connection that is dead neither events nor acknowledgements arrive.',
      [alert('DiscordShardEventGap')],
      [alert('DiscordShardHeartbeatSlow'), is('severity', 'critical')],
      ['job', 'shard'],
    ),
    consequence(
      'Messages that nobody takes pile up.',
      [alert('JetStreamConsumerStalled')],
      [alert('JetStreamConsumerPendingHigh')],
      ['stream_name', 'consumer_name'],
    ),
    consequence(
      'Handlers that hang outlast the ack wait, and their messages are delivered again.',
      [alert('JetStreamConsumerStalled')],
      [alert('JetStreamRedeliveryRateHigh')],
      ['consumer_name'],
    ),
    consequence(
      'A consumer without progress is what a worker that is gone or hangs looks like.',
      [alert('JetStreamConsumerStalled')],
      [alert('MonitoringTargetDown'), is('component', 'worker')],
      [],
    ),
  ];
}

function alert(...names: readonly AlertName[]): Matcher {
  return isOneOf('alertname', ...names);
}
