import { DEFAULT_SETTINGS, type Settings } from '../../../alerts/settings.ts';
import {
  secondsOf,
  showValue,
  type Duration,
  type Thresholds,
  type Unit,
} from '../../../alerts/thresholds.ts';

/** A text that the rules make of a setting, and what stands for it in the chart: `${...}`. */
export interface Mark {
  readonly text: string;
  readonly placeholder: string;
}

export interface MarkedSettings {
  /** With a value of its own, found nowhere else, in the place of every single setting. */
  readonly settings: Settings;
  /** The longest text first: one may hold another. */
  readonly marks: readonly Mark[];
}

/** Two jobs for each component: only so is a list told from its members. */
export const MARKED_JOBS = {
  gateway: ['marked-gateway-1', 'marked-gateway-2'],
  worker: ['marked-worker-1', 'marked-worker-2'],
  exporter: ['marked-exporter-1', 'marked-exporter-2'],
} as const;
export const MARKED_GROUP = 'marked_group';
export const MARKED_BY = 'marked_by';
export const MARKED_PLACE = ',namespace="marked-namespace",marked_matcher="x"';
const DAY_SECONDS = 86_400;

/** Texts that belong to a limit and are none themselves. */
const WORDS = new Set(['measures', 'unit', 'why']);

/** Settings whose every value can be found again in the rules that are made of them. */
export function markedSettings(): MarkedSettings {
  const marks: Mark[] = [];
  const thresholds = Object.fromEntries(
    Object.entries(DEFAULT_SETTINGS.thresholds).map(([alert, limits]) => [
      alert,
      markLimits(alert, limits, limits.unit, marks),
    ]),
  ) as unknown as Thresholds;
  const text = (value: string, placeholder: string): string => {
    marks.push({ text: value, placeholder });
    return value;
  };
  const settings: Settings = {
    ...DEFAULT_SETTINGS,
    thresholds,
    selectors: {
      namespace: 'marked-namespace',
      matchers: 'marked_matcher="x"',
      jobs: MARKED_JOBS,
      consumers: 'marked_consumers="x"',
      groupBy: [MARKED_GROUP],
      memory: { workingSet: 'marked_working_set', limit: 'marked_limit', by: [MARKED_BY] },
    },
    links: {
      runbooks: text('https://runbooks.marked', '${links.runbooks}'),
      dashboards: text('https://dashboards.marked', '${links.dashboards}'),
    },
    prometheus: {
      ...DEFAULT_SETTINGS.prometheus,
      evaluationInterval: text('7654321s', '${evaluationInterval}') as Duration,
    },
  };
  const { workingSet, limit } = settings.selectors.memory;
  text(`${workingSet}{${MARKED_PLACE.slice(1)}}`, '${memory.workingSet}');
  text(`${limit}{${MARKED_PLACE.slice(1)}}`, '${memory.limit}');
  text(MARKED_PLACE, '${place}');
  text('marked-namespace', '${namespace}');
  text(`,${settings.selectors.consumers}`, '${consumers}');
  return { settings, marks: marks.toSorted((a, b) => b.text.length - a.text.length) };
}

function markLimits(path: string, value: unknown, unit: Unit, marks: Mark[]): unknown {
  if (typeof value === 'number') return markNumber(path, unit, marks);
  if (typeof value === 'string') return markDuration(path, marks);
  return Object.fromEntries(
    Object.entries(value as object).map(([key, child]: [string, unknown]) => [
      key,
      WORDS.has(key) ? child : markLimits(`${path}.${key}`, child, unit, marks),
    ]),
  );
}

function markNumber(path: string, unit: Unit, marks: Mark[]): number {
  const isRatio = unit === 'ratio' || !path.endsWith('.value');
  const value = isRatio ? Number(`0.${40_001 + 2 * marks.length}`) : 7_000_001 + marks.length;
  marks.push({ text: String(value), placeholder: `\${${path}}` });
  // Shares are shown as such also where the alert's limit is none.
  const shownAs = isRatio ? 'ratio' : unit;
  const shown = showValue(value, shownAs);
  if (shown !== String(value)) marks.push({ text: shown, placeholder: `\${${path} as ${shownAs}}` });
  return value;
}

function markDuration(path: string, marks: Mark[]): Duration {
  const seconds = 8_000_001 + marks.length;
  const duration: Duration = `${seconds}s`;
  marks.push(
    { text: duration, placeholder: `\${${path}}` },
    { text: String(secondsOf(duration)), placeholder: `\${${path} in seconds}` },
    { text: String(secondsOf(duration) / DAY_SECONDS / 2), placeholder: `\${${path} in half days}` },
  );
  return duration;
}
