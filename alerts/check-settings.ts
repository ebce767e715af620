import type { Settings } from './settings.ts';
import {
  ALERT_NAMES,
  secondsOf,
  SEVERITIES,
  showValue,
  type AlertName,
  type AlertThresholds,
  type Duration,
  type Thresholds,
} from './thresholds.ts';

/** A rate or a change takes two samples, and one scrape may be lost. */
const SCRAPES_IN_WINDOW = 4;
/** Two days are compared with the days before them. */
const TREND_RETENTION: Duration = '3d';

const MATCHERS =
  /^\s*[a-zA-Z_]\w*\s*(=|!=|=~|!~)\s*"[^"]*"(\s*,\s*[a-zA-Z_]\w*\s*(=|!=|=~|!~)\s*"[^"]*")*\s*$/;
const LABEL_NAME = /^[a-zA-Z_]\w*$/;
const OWN_LABELS = new Set(['alertname', 'severity', 'scope', 'component', 'source']);

/** Everything about the settings that cannot work, in words; empty when they can. */
export function checkSettings(settings: Settings): string[] {
  return [
    ...ALERT_NAMES.flatMap((alert) => checkLimits(alert, settings.thresholds[alert])),
    ...ALERT_NAMES.flatMap((alert) => checkDurations(alert, settings)),
    ...checkParameters(settings.thresholds),
    ...checkSelectors(settings),
    ...checkLinks(settings),
  ];
}

/** `value` may be zero only where any at all is too much. */
function checkLimits(alert: AlertName, { unit, ...limits }: AlertThresholds): string[] {
  const faults: string[] = [];
  for (const severity of SEVERITIES) {
    const value = limits[severity]?.value;
    if (value === undefined) continue;
    const path = `thresholds.${alert}.${severity}.value`;
    const any = alert === 'DeadLettersArriving';
    if (value < 0 || (value === 0 && !any)) faults.push(`${path}: expected more than 0, got ${value}`);
    if (unit === 'ratio' && value >= 1)
      faults.push(`${path}: expected a share below 1 (80% is 0.8), got ${value}`);
  }
  const [warning, critical] = [limits.warning?.value, limits.critical?.value];
  if (warning !== undefined && critical !== undefined && warning >= critical) {
    faults.push(
      `thresholds.${alert}: expected the warning below the critical value, got ${showValue(warning, unit)} and ${showValue(critical, unit)}`,
    );
  }
  return faults;
}

/** Windows hold some scrapes, and nothing looks back further than Prometheus keeps. */
function checkDurations(alert: AlertName, { thresholds, prometheus, disable }: Settings): string[] {
  const faults: string[] = [];
  const limits: AlertThresholds = thresholds[alert];
  const shortest = SCRAPES_IN_WINDOW * secondsOf(prometheus.scrapeInterval);
  for (const name of ['window', 'recent', 'memory', 'unowned']) {
    const window = limits[name] as Duration | undefined;
    if (window === undefined) continue;
    const path = `thresholds.${alert}.${name}`;
    if (secondsOf(window) < shortest)
      faults.push(`${path}: expected at least ${SCRAPES_IN_WINDOW} scrapes (${shortest}s), got ${window}`);
    if (secondsOf(window) > secondsOf(prometheus.retention))
      faults.push(`${path}: expected no more than the retention ${prometheus.retention}, got ${window}`);
  }
  if (alert === 'ContainerMemoryLeakSuspected' && !disable.includes(alert)) {
    const { minAge } = thresholds[alert];
    if (secondsOf(prometheus.retention) < secondsOf(TREND_RETENTION))
      faults.push(
        `prometheus.retention: ${alert} compares days and needs ${TREND_RETENTION}, got ${prometheus.retention}; or put it under disable`,
      );
    if (secondsOf(minAge) === 0)
      faults.push(`thresholds.${alert}.minAge: expected more than 0s, got ${minAge}`);
  }
  return faults;
}

function checkParameters(thresholds: Thresholds): string[] {
  const { DiscordShardEventGap: gap, DiscordShardDown: down } = thresholds;
  const { JetStreamRedeliveryRateHigh: repeated, ContainerMemoryLeakSuspected: leak } = thresholds;
  const checks: readonly (readonly [boolean, string, string | number])[] = [
    [
      gap.warning.value > secondsOf(gap.probedAfter),
      `DiscordShardEventGap.warning.value: expected more than the ${gap.probedAfter} after which quiet shards are probed`,
      gap.warning.value,
    ],
    [
      secondsOf(down.memory) > secondsOf(down.unowned),
      `DiscordShardDown.memory: expected more than unowned (${down.unowned})`,
      down.memory,
    ],
    [
      secondsOf(repeated.recent) <= secondsOf(repeated.window),
      `JetStreamRedeliveryRateHigh.recent: expected no more than the window ${repeated.window}`,
      repeated.recent,
    ],
    [
      repeated.minDeliveries >= 1,
      'JetStreamRedeliveryRateHigh.minDeliveries: expected 1 or more',
      repeated.minDeliveries,
    ],
    [
      leak.minDailyRise > 0 && leak.minDailyRise < 1,
      'ContainerMemoryLeakSuspected.minDailyRise: expected a share between 0 and 1',
      leak.minDailyRise,
    ],
    [
      leak.minPersistence >= 0 && leak.minPersistence < 1,
      'ContainerMemoryLeakSuspected.minPersistence: expected a share from 0 to below 1',
      leak.minPersistence,
    ],
    [
      leak.reach > 0 && leak.reach <= 1,
      'ContainerMemoryLeakSuspected.reach: expected a share of the limit up to 1',
      leak.reach,
    ],
    [
      secondsOf(leak.horizon) > 0,
      'ContainerMemoryLeakSuspected.horizon: expected more than 0d',
      leak.horizon,
    ],
  ];
  return checks.filter(([good]) => !good).map(([, text, got]) => `thresholds.${text}, got ${got}`);
}

function checkSelectors({ selectors, labels, disable, prometheus }: Settings): string[] {
  const faults: string[] = [];
  for (const name of ['matchers', 'consumers'] as const) {
    const text = selectors[name];
    if (text && !MATCHERS.test(text))
      faults.push(`selectors.${name}: expected matchers such as cluster="eu", got ${JSON.stringify(text)}`);
  }
  for (const [component, jobs] of Object.entries(selectors.jobs)) {
    if (jobs.length === 0 || jobs.some((job) => !isPlain(job)))
      faults.push(`selectors.jobs.${component}: expected names of scrape jobs, got ${JSON.stringify(jobs)}`);
  }
  if (selectors.namespace && !isPlain(selectors.namespace))
    faults.push(`selectors.namespace: expected a name, got ${JSON.stringify(selectors.namespace)}`);
  for (const name of [...selectors.groupBy, ...selectors.memory.by, ...Object.keys(labels)]) {
    if (!LABEL_NAME.test(name)) faults.push(`expected the name of a label, got ${JSON.stringify(name)}`);
  }
  for (const name of Object.keys(labels).filter((label) => OWN_LABELS.has(label)))
    faults.push(`labels.${name}: the rules set this label themselves`);
  const known: readonly string[] = ALERT_NAMES;
  for (const name of disable.filter((alert) => !known.includes(alert)))
    faults.push(`disable: there is no alert ${name}; there are ${known.join(', ')}`);
  for (const name of ['scrapeInterval', 'evaluationInterval', 'retention'] as const)
    if (secondsOf(prometheus[name]) === 0) faults.push(`prometheus.${name}: expected more than 0s`);
  return faults;
}

function checkLinks({ links }: Settings): string[] {
  return Object.entries(links)
    .filter(([, link]) => !URL.canParse(link) || !/^https?:/.test(link) || link.endsWith('/'))
    .map(
      ([name, link]) =>
        `links.${name}: expected an http address without a slash at its end, got ${JSON.stringify(link)}`,
    );
}

/** Nothing that would end the quotes around it. */
function isPlain(name: string): boolean {
  return /^[^"\\\n]+$/.test(name);
}
