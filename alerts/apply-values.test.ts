import { expect, test } from 'vitest';

import { PROBE_AFTER_MS } from '../bot/gateway/shard/probe.ts';
import { applyValues } from './apply-values.ts';
import { checkSettings } from './check-settings.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { ALERT_NAMES, secondsOf, THRESHOLDS } from './thresholds.ts';

const refused = (values: unknown, ...messages: string[]) => {
  for (const message of messages) expect(() => applyValues(values)).toThrow(message);
};
const thresholds = (values: object) => ({ thresholds: values });

test('the defaults make sense, and no values leave them as they are', () => {
  expect(checkSettings(DEFAULT_SETTINGS)).toEqual([]);
  expect(applyValues({})).toEqual(DEFAULT_SETTINGS);
  expect(applyValues(undefined)).toEqual(DEFAULT_SETTINGS);
});

test('what is named is replaced, everything beside it stays', () => {
  const settings = applyValues({
    thresholds: { DiscordShardEventGap: { warning: { value: 45, for: '1m' } } },
    selectors: { jobs: { worker: ['moderation', 'voice'], gateway: 'bot' } },
    labels: { team: 'bots' },
  });
  expect(settings.thresholds.DiscordShardEventGap).toEqual({
    ...THRESHOLDS.DiscordShardEventGap,
    warning: { ...THRESHOLDS.DiscordShardEventGap.warning, value: 45, for: '1m' },
  });
  expect(settings.selectors.jobs).toEqual({
    worker: ['moderation', 'voice'],
    gateway: ['bot'],
    exporter: ['exporter'],
  });
  expect(settings.labels).toEqual({ team: 'bots' });
});

test('a name that does not exist is refused with those that do', () => {
  refused(
    thresholds({ DiscordShardEventgap: {} }),
    'thresholds.DiscordShardEventgap: there is no such setting; there are DiscordShardHeartbeatSlow, DiscordShardEventGap',
  );
  refused(
    thresholds({ DiscordShardDown: { warning: { value: 1 } } }),
    'DiscordShardDown.warning: there is no such setting; there are critical, window, memory, unowned',
  );
  refused({ threshold: {} }, 'threshold: there is no such setting; there are thresholds, selectors');
  refused(
    { disable: ['Watchdog'] },
    'disable: there is no alert Watchdog; there are DiscordShardHeartbeatSlow',
  );
});

test('a value of a wrong kind is refused', () => {
  const gap = (warning: object) => thresholds({ DiscordShardEventGap: { warning } });
  refused(gap({ value: '45' }), 'DiscordShardEventGap.warning.value: expected a number, got "45"');
  refused(gap({ value: Number.NaN }), 'expected a number, got null');
  refused(gap({ for: 60 }), 'warning.for: expected a duration such as 30s, 5m, 6h or 3d, got 60');
  refused(gap({ for: '1.5m' }), 'expected a duration');
  refused(
    thresholds({ DiscordShardEventGap: 45 }),
    'thresholds.DiscordShardEventGap: expected a mapping, got 45',
  );
  refused({ selectors: { jobs: { gateway: 7 } } }, 'expected a text or a list of texts');
  refused([], 'values: expected a mapping, got []');
});

test('limits that make no sense are refused', () => {
  const pending = (limits: object) => thresholds({ JetStreamConsumerPendingHigh: limits });
  refused(
    pending({ warning: { value: 20_000 } }),
    'JetStreamConsumerPendingHigh: expected the warning below the critical value, got 20000 and 10000',
  );
  refused(pending({ warning: { value: 10_000 } }), 'expected the warning below the critical value');
  refused(pending({ warning: { value: -1 } }), 'warning.value: expected more than 0, got -1');
  refused(pending({ warning: { value: 0 } }), 'warning.value: expected more than 0, got 0');
  refused(
    thresholds({ ContainerMemoryHigh: { critical: { value: 95 } } }),
    'critical.value: expected a share below 1 (80% is 0.8), got 95',
  );
  refused(
    thresholds({ DiscordShardEventGap: { warning: { value: 20 } } }),
    'expected more than the 20s after which quiet shards are probed, got 20',
  );
  refused(
    thresholds({ JetStreamRedeliveryRateHigh: { minDeliveries: 0 } }),
    'minDeliveries: expected 1 or more',
  );
});

test('windows that hold no samples, or more than are kept, are refused', () => {
  const window = (value: string) => thresholds({ JetStreamRedeliveryRateHigh: { window: value } });
  refused(
    window('20d'),
    'JetStreamRedeliveryRateHigh.window: expected no more than the retention 15d, got 20d',
  );
  refused(window('30s'), 'JetStreamRedeliveryRateHigh.window: expected at least 4 scrapes (60s), got 30s');
  refused(
    { prometheus: { scrapeInterval: '1m' } },
    'thresholds.JetStreamConsumerStalled.window: expected at least 4 scrapes (240s), got 1m',
  );
  const short = { prometheus: { retention: '2d' } };
  refused(short, 'prometheus.retention: ContainerMemoryLeakSuspected compares days and needs 3d, got 2d');
  expect(() => applyValues({ ...short, disable: ['ContainerMemoryLeakSuspected'] })).not.toThrow();
});

test('selectors and links that would break a rule are refused', () => {
  refused(
    { selectors: { matchers: 'cluster=eu' } },
    'selectors.matchers: expected matchers such as cluster="eu"',
  );
  refused({ selectors: { consumers: '}' } }, 'selectors.consumers: expected matchers');
  refused(
    { selectors: { jobs: { gateway: 'a"b' } } },
    'selectors.jobs.gateway: expected names of scrape jobs',
  );
  refused({ selectors: { jobs: { gateway: [] } } }, 'selectors.jobs.gateway: expected names of scrape jobs');
  refused({ selectors: { groupBy: ['a-b'] } }, 'expected the name of a label, got "a-b"');
  refused({ labels: { severity: 'high' } }, 'labels.severity: the rules set this label themselves');
  refused(
    { links: { runbooks: 'runbooks/' } },
    'links.runbooks: expected an http address without a slash at its end',
  );
});

test('all faults come in one message', () => {
  const limits = { warning: { value: -1 }, critical: { value: -2 } };
  expect(() =>
    applyValues({ thresholds: { ContainerMemoryHigh: limits }, links: { dashboards: 'x' } }),
  ).toThrow(/warning.value[^]*critical.value[^]*warning below[^]*links.dashboards/);
});

test('quiet shards are probed when the limits assume it', () => {
  expect(secondsOf(THRESHOLDS.DiscordShardEventGap.probedAfter) * 1_000).toBe(PROBE_AFTER_MS);
});

test('the names of alerts are at most ten', () => {
  expect(ALERT_NAMES.length).toBeLessThanOrEqual(10);
});
