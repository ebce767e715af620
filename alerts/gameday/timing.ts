import { DEFAULT_SETTINGS, type Settings } from '../settings.ts';
import { secondsOf, type AlertName, type Duration, type Limit, type Severity } from '../thresholds.ts';

/** What a run takes its time from. */
export interface Timing {
  /** For people. */
  readonly description: string;
  readonly settings: Settings;
  readonly groupWait: Duration;
  readonly groupInterval: Duration;
  /** How long the night is in which nothing happens. */
  readonly quietNightMs: number;
  /** How long somebody is waited for who is not expected. */
  readonly calmMs: number;
  /** Longer than that no alert's resolution is waited for. */
  readonly resolveCapMs: number;
}

/** Times of alerts are divided by this in a fast run. */
const FAST_DIVISOR = 10;
const FAST_KEEP_FIRING: Duration = '3s';
const FAST_INTERVAL: Duration = '1s';

const DURATION = /^\d+[smhd]$/;

export const REAL_TIMING: Timing = {
  description: 'real intervals',
  settings: DEFAULT_SETTINGS,
  groupWait: '10s',
  groupInterval: '1m',
  quietNightMs: 300_000,
  calmMs: 240_000,
  resolveCapMs: 600_000,
};

export const FAST_TIMING: Timing = {
  description: `shortened: scrape and evaluation every ${FAST_INTERVAL}, windows and waits of alerts divided by ${FAST_DIVISOR}; values are the documented ones`,
  settings: {
    ...DEFAULT_SETTINGS,
    thresholds: shortened(DEFAULT_SETTINGS.thresholds),
    prometheus: {
      ...DEFAULT_SETTINGS.prometheus,
      scrapeInterval: FAST_INTERVAL,
      evaluationInterval: FAST_INTERVAL,
    },
  },
  groupWait: '1s',
  groupInterval: '2s',
  quietNightMs: 45_000,
  calmMs: 25_000,
  resolveCapMs: 90_000,
};

function shortened<T>(value: T, name = ''): T {
  if (typeof value === 'string' && DURATION.test(value)) {
    if (name === 'keepFiringFor') return (value === '0s' ? value : FAST_KEEP_FIRING) as T;
    return `${Math.ceil(secondsOf(value as Duration) / FAST_DIVISOR)}s` as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, shortened(each, key)]);
  return Object.fromEntries(entries) as T;
}

export function msOf(duration: Duration): number {
  return secondsOf(duration) * 1_000;
}

/** From the moment that reality crosses the limit: what no page can be faster than. */
export function holdMs({ settings, groupWait }: Timing, alert: AlertName, severity: Severity): number {
  const thresholds = settings.thresholds[alert];
  const limits: Partial<Record<Severity, Limit>> = thresholds;
  const limit = limits[severity];
  if (!limit) throw new Error(`${alert} has no ${severity} limit`);
  return msOf(limit.for) + msOf(groupWait);
}

/** How much later than the floor a page may come: one scrape and one evaluation, and its way over loopback. */
export function toleranceMs({ settings }: Timing): number {
  const { scrapeInterval, evaluationInterval } = settings.prometheus;
  return msOf(scrapeInterval) + msOf(evaluationInterval) + DELIVERY_MS;
}

const DELIVERY_MS = 1_500;
