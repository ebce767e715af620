import { describe, expect, test } from 'vitest';

import { ruleGroups } from '../rules/groups.ts';
import type { AlertingRule } from '../rules/rule.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { secondsOf } from '../thresholds.ts';
import { inhibitions, type Inhibition } from './inhibitions.ts';
import { matches } from './matcher.ts';
import { DEFAULT_ALERTMANAGER } from './settings.ts';

const ALL = inhibitions(DEFAULT_SETTINGS.selectors).map((each) => [each.why, each] as const);
const RULES = ruleGroups(DEFAULT_SETTINGS).flatMap(({ rules }) => rules.filter((rule) => 'alert' in rule));

const labelsOf = (rule: AlertingRule) => ({ ...rule.labels, alertname: rule.alert });
const keptFor = (rule: AlertingRule) => secondsOf(rule.keep_firing_for ?? '0s');
const sources = ({ source }: Inhibition) => RULES.filter((rule) => matches(source, labelsOf(rule)));
const targets = ({ target }: Inhibition) => RULES.filter((rule) => matches(target, labelsOf(rule)));
const pairs = (inhibition: Inhibition) =>
  sources(inhibition).flatMap((source) =>
    targets(inhibition)
      .filter((target) => !inhibition.equal.includes('alertname') || target.alert === source.alert)
      .map((target) => ({ source, target })),
  );

/** Targets that are usually told before their source fires, and whose end must therefore come after its. */
const COMES_FIRST = new Set([
  'JetStreamConsumerPendingHigh',
  'JetStreamRedeliveryRateHigh',
  // Warnings of the alert that turns critical.
  'warning',
]);

describe.for(ALL)('%s', ([, inhibition]) => {
  test('there are alerts on both sides, and none on both', () => {
    expect(pairs(inhibition)).not.toEqual([]);
    const both = sources(inhibition).filter((rule) => targets(inhibition).includes(rule));
    expect(both).toEqual([]);
  });

  test('only what is critical silences', () => {
    expect(sources(inhibition).map(({ labels }) => labels['severity'])).toEqual(
      sources(inhibition).map(() => 'critical'),
    );
  });

  test('what it silences is told neither late nor without its end', () => {
    for (const { source, target } of pairs(inhibition)) {
      const comesFirst = COMES_FIRST.has(target.alert) || inhibition.equal.includes('alertname');
      const [shorter, longer] = comesFirst ? [source, target] : [target, source];
      expect(keptFor(longer), `${longer.alert} beside ${shorter.alert}`).toBeGreaterThanOrEqual(
        keptFor(shorter),
      );
    }
  });

  test('alerts of other installations are left alone', () => {
    const { groupBy, memory } = { groupBy: ['cluster'], memory: DEFAULT_SETTINGS.selectors.memory };
    const same = inhibitions({ groupBy, memory }).find(({ why }) => why === inhibition.why);
    expect(same?.equal).toEqual(expect.arrayContaining(['cluster', 'namespace']));
  });
});

test('a critical alert silences the warning of its own object: every label that tells objects apart counts', () => {
  const [sameObject] = inhibitions(DEFAULT_SETTINGS.selectors);
  const severities = (alert: string) =>
    new Set(RULES.filter((rule) => rule.alert === alert).map(({ labels }) => labels['severity']));
  const both = RULES.filter(({ alert }) => severities(alert).size === 2);
  const labels = both.flatMap(({ expr }) =>
    [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', ')),
  );
  expect(both.length).toBeGreaterThan(8);
  expect(labels.filter((label) => !sameObject?.equal.includes(label))).toEqual([]);
});

test('a process that cannot be seen is told only after what it leaves undone could have been', () => {
  const { thresholds, prometheus } = DEFAULT_SETTINGS;
  const {
    JetStreamConsumerStalled: stalled,
    DiscordShardDown: down,
    MonitoringTargetDown: unseen,
  } = thresholds;
  const round = secondsOf(prometheus.scrapeInterval) + secondsOf(prometheus.evaluationInterval);
  for (const { window, critical } of [stalled, down]) {
    const later = secondsOf(window) + secondsOf(critical.for) - secondsOf(unseen.critical.for);
    expect(secondsOf(DEFAULT_ALERTMANAGER.timing.unseen.groupWait)).toBeGreaterThanOrEqual(later + 2 * round);
  }
});

test("labels that a user's own memory metrics are told apart by count as well", () => {
  const memory = { ...DEFAULT_SETTINGS.selectors.memory, by: ['namespace', 'task'] };
  expect(inhibitions({ groupBy: [], memory })[0]?.equal).toContain('task');
});
