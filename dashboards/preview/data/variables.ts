import { interpolate, type VariableValue } from '../../testing/interpolate.ts';
import type { VariableJson } from '../dashboard-json.ts';
import type { Source } from './prometheus-api.ts';

export interface ResolvedVariable extends VariableValue {
  readonly name: string;
  readonly label: string;
  readonly text: string;
  readonly hidden: boolean;
}

export interface VariableContext {
  readonly source: Source;
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly scrapeSeconds: number;
  /** By name; several values are separated by commas. */
  readonly chosen: Readonly<Record<string, string>>;
}

const ALL = '$__all';
const HIDDEN = 2;

/**
 * What each variable stands for, in the dashboard's order: a query may name those before it.
 * @throws for a chosen variable that the dashboard does not have, and a type of variable that is not known here
 */
export async function resolveVariables(
  list: readonly VariableJson[],
  context: VariableContext,
): Promise<readonly ResolvedVariable[]> {
  const unknown = Object.keys(context.chosen).find((name) => list.every((each) => each.name !== name));
  if (unknown !== undefined) {
    throw new Error(
      `there is no variable "${unknown}" (there are ${list.map(({ name }) => name).join(', ')})`,
    );
  }
  const resolved: ResolvedVariable[] = [];
  for (const json of list) resolved.push(await resolve(json, resolved, context));
  return resolved;
}

export function byName(resolved: readonly ResolvedVariable[]): Readonly<Record<string, VariableValue>> {
  return Object.fromEntries(resolved.map((variable) => [variable.name, variable]));
}

async function resolve(
  json: VariableJson,
  before: readonly ResolvedVariable[],
  context: VariableContext,
): Promise<ResolvedVariable> {
  const options = await optionsOf(json, before, context);
  const chosen = context.chosen[json.name]?.split(',') ?? currentOf(json);
  const all = chosen.includes(ALL) || (chosen.length === 0 && json.includeAll === true);
  const values = all ? options : chosen.length > 0 ? chosen : options.slice(0, 1);
  return {
    name: json.name,
    label: json.label ?? json.name,
    values,
    text: all ? 'All' : values.join(' + '),
    hidden: json.hide === HIDDEN,
    multi: json.multi === true || json.includeAll === true,
    ...(all && json.allValue && { allValue: json.allValue }),
  };
}

function currentOf({ current }: VariableJson): string[] {
  const value = current?.value;
  if (value === undefined || value === null || value === '') return [];
  return [value].flat().map(String);
}

async function optionsOf(
  json: VariableJson,
  before: readonly ResolvedVariable[],
  context: VariableContext,
): Promise<string[]> {
  const text = typeof json.query === 'string' ? json.query : (json.definition ?? '');
  switch (json.type) {
    case 'datasource':
      // The first of its kind, whatever its name there.
      return [text.charAt(0).toUpperCase() + text.slice(1)];
    case 'constant':
    case 'textbox':
      return [text];
    case 'custom':
    case 'interval':
      return text.split(',').map((option) => option.trim().replace(/^.* : /, ''));
    case 'query':
      return refine(await ask(json.definition ?? text, before, context), json);
    default:
      throw new Error(`variable ${json.name}: type "${json.type}" is not known here`);
  }
}

/** The queries for variables that Grafana's Prometheus data source has. */
async function ask(
  definition: string,
  before: readonly ResolvedVariable[],
  { source, from, to, scrapeSeconds }: VariableContext,
): Promise<readonly string[]> {
  const query = interpolate(definition, {
    variables: byName(before),
    rateIntervalSeconds: 4 * scrapeSeconds,
    stepSeconds: scrapeSeconds,
    rangeSeconds: to - from,
  });
  const labels = /^label_values\((?:(.+),\s*)?([a-zA-Z_]\w*)\)\s*$/s.exec(query);
  if (labels) return source.labelValues(labels[2] ?? '', labels[1]?.trim(), from, to);
  const result = /^query_result\((.+)\)\s*$/s.exec(query);
  if (result) {
    const samples = await source.instant(result[1] ?? '', to);
    return samples.map(({ metric, value }) => `${writeMetric(metric)} ${value} ${to * 1_000}`);
  }
  throw new Error(`variable query "${definition}" is not known here`);
}

function writeMetric({ __name__ = '', ...labels }: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return `${__name__}{${pairs.join(',')}}`;
}

function refine(found: readonly string[], { regex, sort = 0 }: VariableJson): string[] {
  const pattern = regex ? new RegExp(regex.replace(/^\/(.*)\/[a-z]*$/s, '$1')) : undefined;
  const kept = found.flatMap((option) => {
    if (!pattern) return [option];
    const match = pattern.exec(option);
    return match ? [match[1] ?? match[0]] : [];
  });
  const unique = [...new Set(kept)];
  if (sort === 0) return unique;
  const numeric = sort === 3 || sort === 4 || sort >= 7;
  const ascending = unique.toSorted((a, b) => a.localeCompare(b, 'en', { numeric }));
  return sort % 2 === 1 ? ascending : ascending.toReversed();
}
