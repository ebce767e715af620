import type { Duration } from '../thresholds.ts';
import type { Integration } from './integrations/integration.ts';

/** Who is told. */
export const RECEIVER_NAMES = ['page', 'ticket', 'default', 'deadMan'] as const;
export type ReceiverName = (typeof RECEIVER_NAMES)[number];

/** https://prometheus.io/docs/alerting/latest/configuration/#route */
export interface Timing {
  /** How long the first message waits for more of the same incident. */
  readonly groupWait: Duration;
  /** How soon what is new about it is told, and its end. */
  readonly groupInterval: Duration;
  /** How soon the same is told again. */
  readonly repeatInterval: Duration;
}

export interface AlertmanagerSettings {
  /** The oldest Alertmanager that must read the file, such as `0.25`. */
  readonly version: string;
  /** `default` may be empty: the ticket's. So may `deadMan`: then nobody hears when alerting itself ends. */
  readonly receivers: Readonly<Record<ReceiverName, readonly Integration[]>>;
  readonly timing: {
    /** Critical alerts. */
    readonly page: Timing;
    /** Gateways and workers that cannot be seen. */
    readonly unseen: Timing;
    /** Warnings. */
    readonly ticket: Timing;
    /** All others. */
    readonly default: Timing;
    readonly deadMan: Timing;
  };
}

export const DEFAULT_ALERTMANAGER: AlertmanagerSettings = {
  version: '0.25',
  receivers: { page: [], ticket: [], default: [], deadMan: [] },
  timing: {
    // Shards of one gateway cross their limit within one scrape and one evaluation of each other, and are
    // one page. A reminder every hour: who took the page has long acknowledged it elsewhere.
    page: { groupWait: '20s', groupInterval: '1m', repeatInterval: '1h' },
    // DiscordShardDown fires 30 to 60 s later and JetStreamConsumerStalled 60 to 90 s, and replace it.
    // Alertmanager waits only where nothing was told lately: soon after one incident both may be told.
    unseen: { groupWait: '2m', groupInterval: '1m', repeatInterval: '1h' },
    // Nobody waits for these: better few and whole.
    ticket: { groupWait: '1m', groupInterval: '5m', repeatInterval: '1d' },
    default: { groupWait: '1m', groupInterval: '5m', repeatInterval: '1d' },
    // Shorter than the group's interval, or every other one would be skipped for being a moment early.
    deadMan: { groupWait: '0s', groupInterval: '1m', repeatInterval: '50s' },
  },
};

export type RouteName = keyof AlertmanagerSettings['timing'];
