import { DEFAULT_ALERTMANAGER, type AlertmanagerSettings } from '../alertmanager/settings.ts';
import { MOSTLY } from '../rules/shard-state.ts';
import { DEFAULT_SETTINGS, type Settings } from '../settings.ts';
import { secondsOf, type AlertName, type Duration, type Limit, type Severity } from '../thresholds.ts';

/** What a run takes its time from. */
export interface Timing {
  /** For people. */
  readonly description: string;
  readonly settings: Settings;
  readonly alertmanager: AlertmanagerSettings['timing'];
  /** How long the night is in which nothing happens. */
  readonly quietNightMs: number;
  /** How long somebody is waited for who is not expected. */
  readonly calmMs: number;
  /** Longer than that the end of alerts is not waited for: some are kept for an hour. */
  readonly resolveCapMs: number;
}

/** Times of alerts and of Alertmanager are divided by this in a fast run. */
const FAST_DIVISOR = 10;
/** Alerts that are kept for hours would make a fast run long. */
const FAST_KEEP_FIRING_S = 30;
const FAST_INTERVAL: Duration = '1s';
const DURATION = /^\d+[smhd]$/;

export const REAL_TIMING: Timing = {
  description: 'real intervals, as shipped',
  settings: DEFAULT_SETTINGS,
  alertmanager: DEFAULT_ALERTMANAGER.timing,
  quietNightMs: 300_000,
  calmMs: 240_000,
  resolveCapMs: 150_000,
};

export const FAST_TIMING: Timing = {
  description: `shortened: scrape and evaluation every ${FAST_INTERVAL}, windows and waits of alerts and Alertmanager divided by ${FAST_DIVISOR}; limits are the documented ones`,
  settings: {
    ...DEFAULT_SETTINGS,
    thresholds: shortened(DEFAULT_SETTINGS.thresholds),
    prometheus: {
      ...DEFAULT_SETTINGS.prometheus,
      scrapeInterval: FAST_INTERVAL,
      evaluationInterval: FAST_INTERVAL,
    },
  },
  alertmanager: shortened(DEFAULT_ALERTMANAGER.timing),
  quietNightMs: 45_000,
  calmMs: 25_000,
  resolveCapMs: 120_000,
};

function shortened<T>(value: T, name = ''): T {
  if (typeof value === 'string' && DURATION.test(value)) {
    const seconds = Math.ceil(secondsOf(value as Duration) / FAST_DIVISOR);
    return `${name === 'keepFiringFor' ? Math.min(seconds, FAST_KEEP_FIRING_S) : seconds}s` as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, shortened(each, key)]);
  return Object.fromEntries(entries) as T;
}

export function msOf(duration: Duration): number {
  return secondsOf(duration) * 1_000;
}

/** What of a window must have passed before an alert can know. */
const CONFIRMED_AFTER: Partial<Record<AlertName, number>> = {
  DiscordShardDown: MOSTLY,
  // Nothing moved in the whole window.
  JetStreamConsumerStalled: 1,
};

/** From the moment that reality crosses the limit: what no page can be faster than. */
export function holdMs(timing: Timing, alert: AlertName, severity: Severity): number {
  const thresholds = timing.settings.thresholds[alert];
  const limits: Partial<Record<Severity, Limit>> = thresholds;
  const limit = limits[severity];
  if (!limit) throw new Error(`${alert} has no ${severity} limit`);
  const windowMs = 'window' in thresholds ? msOf(thresholds.window) : 0;
  const { groupWait } = severity === 'critical' ? timing.alertmanager.page : timing.alertmanager.ticket;
  return (CONFIRMED_AFTER[alert] ?? 0) * windowMs + msOf(limit.for) + msOf(groupWait);
}

/** How much later than the floor a page may come: one scrape and one evaluation, and its way over loopback. */
export function toleranceMs({ settings }: Timing): number {
  const { scrapeInterval, evaluationInterval } = settings.prometheus;
  return msOf(scrapeInterval) + msOf(evaluationInterval) + DELIVERY_MS;
}

const DELIVERY_MS = 1_500;
