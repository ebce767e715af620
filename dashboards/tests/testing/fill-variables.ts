import type { Prometheus } from '../../../deploy/local/prometheus.ts';
import { interpolate, type VariableValue } from '../../testing/interpolate.ts';
import { queryOf, variablesOf, type Dashboard, type Variable } from './dashboard-json.ts';
import type { Window } from './ask-dashboard.ts';

/** Variable -> what it stands for. */
export type Chosen = Readonly<Record<string, VariableValue>>;

export interface Filled {
  readonly chosen: Chosen;
  /** Variable -> what its query offers; of query variables only. */
  readonly offered: ReadonlyMap<string, readonly string[]>;
}

const LABEL_VALUES = /^\s*label_values\((?:([\s\S]+),)?\s*([a-zA-Z_]\w*)\s*\)\s*$/;
const QUERY_RESULT = /^\s*query_result\(([\s\S]+)\)\s*$/;

/**
 * Asks what each variable offers, in their order, since later ones may depend on earlier ones.
 * @param wanted a value for some; the others stand at All, or at what they are set to
 */
export async function fillVariables(
  dashboard: Dashboard,
  prometheus: Prometheus,
  window: Window,
  wanted: Readonly<Record<string, string>> = {},
): Promise<Filled> {
  const chosen: Record<string, VariableValue> = {};
  const offered = new Map<string, readonly string[]>();
  for (const variable of variablesOf(dashboard)) {
    const { name, type, multi = false, allValue } = variable;
    if (type !== 'query') {
      chosen[name] = { values: [fixedValue(variable)] };
      continue;
    }
    const values = await valuesOf(variable, prometheus, window, chosen);
    offered.set(name, values);
    const value = wanted[name];
    if (value !== undefined && !values.includes(value)) {
      throw new Error(`${dashboard.uid}: ${name} offers ${values.join(', ') || 'nothing'}, not ${value}`);
    }
    if (value !== undefined) chosen[name] = { values: [value], multi };
    else chosen[name] = { values, multi, text: 'All', ...(allValue ? { allValue } : {}) };
  }
  return { chosen, offered };
}

/** https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/ */
async function valuesOf(
  variable: Variable,
  prometheus: Prometheus,
  { fromMs, toMs, scrapeSeconds }: Window,
  before: Chosen,
): Promise<string[]> {
  const text = interpolate(queryOf(variable), {
    variables: before,
    stepSeconds: scrapeSeconds,
    rateIntervalSeconds: 4 * scrapeSeconds,
    rangeSeconds: Math.round((toMs - fromMs) / 1_000),
  });
  const [, selector, label] = LABEL_VALUES.exec(text) ?? [];
  if (label !== undefined) {
    const found = await prometheus.get<readonly string[]>(`/api/v1/label/${label}/values`, {
      ...(selector === undefined ? {} : { 'match[]': selector }),
      start: String(fromMs / 1_000),
      end: String(toMs / 1_000),
    });
    return matching(variable, found);
  }
  const [, expr] = QUERY_RESULT.exec(text) ?? [];
  if (expr === undefined)
    throw new Error(`variable ${variable.name}: this form of query is not known: ${text}`);
  const samples = await prometheus.query(expr, toMs);
  const shown = samples.map(({ metric: { __name__: name = '', ...labels }, value }) => {
    const pairs = Object.entries(labels).map(([key, each]) => `${key}="${each}"`);
    return `${name}{${pairs.join(',')}} ${value} ${toMs}`;
  });
  return matching(variable, shown);
}

/** Those that the variable's regular expression takes, and of them its group where it has one. */
function matching({ regex = '' }: Variable, values: readonly string[]): string[] {
  const [, pattern, flags = ''] = /^\/(.*)\/(\w*)$/s.exec(regex) ?? [];
  if (pattern === undefined) return [...values];
  const expression = new RegExp(pattern, flags.replace('g', ''));
  const taken = values.flatMap((value) => {
    const match = expression.exec(value);
    return match ? [match.groups?.['value'] ?? match[1] ?? match[0]] : [];
  });
  return [...new Set(taken)];
}

function fixedValue({ current, options, query }: Variable): string {
  const [value] = [current?.value ?? options?.[0]?.value ?? query].flat();
  return typeof value === 'string' ? value : '';
}
