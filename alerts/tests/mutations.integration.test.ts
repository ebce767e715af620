import { expect, test } from 'vitest';

import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';
import { DEFAULT_SETTINGS, type Settings } from '../settings.ts';
import {
  ALERT_NAMES,
  secondsOf,
  SEVERITIES,
  THRESHOLDS,
  type AlertName,
  type AlertThresholds,
  type Limit,
  type Severity,
} from '../thresholds.ts';
import { ALL_CASES } from './all-cases.ts';
import { playCases } from './promtool.ts';

/** The tests of the rules are tested: moved by one percent, or by one sample, each limit must be missed. */

/** The stories next to the limits stand first. */
const NEAR_THE_LIMITS = 7;
/** Takes days of samples; what it finds and when is asserted to the day. */
const TOO_SLOW: readonly AlertName[] = ['ContainerMemoryLeakSuspected'];

interface Mutation {
  readonly alert: AlertName;
  readonly severity: Severity;
  readonly what: string;
  readonly limit: Limit;
}

const [oldest] = await testedVersions('promtool');
const mutations = ALERT_NAMES.filter((alert) => !TOO_SLOW.includes(alert)).flatMap((alert) =>
  SEVERITIES.flatMap((severity) => mutate(alert, severity)),
);

test.concurrent.for(mutations)(
  '$alert $severity, $what: the tests fail',
  async ({ alert, severity, limit }) => {
    const [, cases] = ALL_CASES.find(([name]) => name.startsWith(alert)) ?? [];
    if (!oldest || !cases) throw new Error(`nothing to play for ${alert}`);
    const settings = withLimit(alert, severity, limit);
    const { passed, output } = await playCases(oldest, settings, cases.slice(0, NEAR_THE_LIMITS));
    expect(passed, output).toBe(false);
    expect(output).toContain('FAILED');
  },
);

function mutate(alert: AlertName, severity: Severity): Mutation[] {
  const limits: AlertThresholds = THRESHOLDS[alert];
  const limit = limits[severity];
  if (!limit) return [];
  const mutants: (readonly [string, Partial<Limit>])[] = [];
  if (limit.value === 0) mutants.push(['at 1 instead of 0', { value: 1 }]);
  if (limit.value) {
    mutants.push(['one percent more', { value: limit.value * 1.01 }]);
    mutants.push(['one percent less', { value: limit.value * 0.99 }]);
  }
  const wait = secondsOf(limit.for);
  mutants.push(['a sample later', { for: `${wait + 15}s` }]);
  if (wait > 0) mutants.push(['a sample earlier', { for: `${wait - 15}s` }]);
  return mutants.map(([what, change]) => ({ alert, severity, what, limit: { ...limit, ...change } }));
}

function withLimit(alert: AlertName, severity: Severity, limit: Limit): Settings {
  const { thresholds } = DEFAULT_SETTINGS;
  return {
    ...DEFAULT_SETTINGS,
    thresholds: { ...thresholds, [alert]: { ...thresholds[alert], [severity]: limit } },
  };
}
