import { formatVariable, type VariableFormat, isVariableFormat } from './format-variable.ts';

/** What a dashboard variable stands for at this moment. */
export interface VariableValue {
  /** The chosen value or values; what "All" stands for is worked out before (see `allValue`). */
  values: readonly string[];
  /** What the screen shows; without it the values. */
  text?: string;
  /** Multi-value and "All" variables are escaped for regular expressions by default, as Grafana does. */
  multi?: boolean;
  /** The dashboard's own value for "All" (`.*`, `.+`): inserted as it is, never escaped. */
  allValue?: string;
}

export interface InterpolateOptions {
  /** A plain string stands for a single-value variable. */
  variables: Readonly<Record<string, VariableValue | string>>;
  rateIntervalSeconds: number;
  /** `$__interval`: the step of the query. */
  stepSeconds: number;
  rangeSeconds: number;
}

/** A query names a variable that the dashboard does not have: Grafana would send the name itself to Prometheus. */
export class UnknownVariable extends Error {
  readonly code = 'UNKNOWN_VARIABLE';
  readonly variable: string;

  constructor(variable: string, text: string, known: readonly string[]) {
    super(`unknown variable $${variable} in: ${text} (known: ${known.join(', ') || 'none'})`);
    this.name = 'UnknownVariable';
    this.variable = variable;
  }
}

/** `$name`, `${name}`, `${name:format}`, `[[name]]`, `[[name:format]]`: Grafana's own pattern (variables/utils.ts). */
const VARIABLE = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:^}]+)?(?::([^}]+))?\}/g;

/**
 * `expr` as Grafana's Prometheus data source would send it. `$1` of `label_replace` is left alone.
 * @throws {UnknownVariable} for a name that is neither a variable nor a macro.
 */
export function interpolate(expr: string, options: InterpolateOptions): string {
  const macros = macroValues(options);
  return expr.replaceAll(VARIABLE, (...groups: (string | undefined)[]) => {
    const [match = '', plain, bracketed, bracketedFormat, braced, bracedFormat] = groups;
    const name = plain ?? bracketed ?? braced ?? '';
    const macro = macros.get(name);
    if (macro !== undefined) return macro;
    const variable = options.variables[name];
    if (variable !== undefined) return insert(variable, bracketedFormat ?? bracedFormat);
    if (/^\d+$/.test(name)) return match;
    throw new UnknownVariable(name, expr, [...Object.keys(options.variables), ...macros.keys()]);
  });
}

/** Grafana's `$__rate_interval`: at least four scrapes, so that a rate survives a lost one. */
export function rateInterval(scrapeSeconds: number, stepSeconds: number): number {
  return Math.max(stepSeconds + scrapeSeconds, 4 * scrapeSeconds);
}

/** A PromQL duration: whole seconds, or milliseconds where it has a fraction. */
export function promDuration(seconds: number): string {
  return Number.isInteger(seconds) ? `${seconds}s` : `${Math.round(seconds * 1000)}ms`;
}

function macroValues(options: InterpolateOptions): Map<string, string> {
  const { rateIntervalSeconds, stepSeconds, rangeSeconds } = options;
  return new Map([
    ['__rate_interval', promDuration(rateIntervalSeconds)],
    ['__rate_interval_ms', String(Math.round(rateIntervalSeconds * 1000))],
    ['__interval', promDuration(stepSeconds)],
    ['__interval_ms', String(Math.round(stepSeconds * 1000))],
    ['__range', promDuration(rangeSeconds)],
    ['__range_s', String(Math.round(rangeSeconds))],
    ['__range_ms', String(Math.round(rangeSeconds * 1000))],
  ]);
}

function insert(variable: VariableValue | string, format: string | undefined): string {
  const value = typeof variable === 'string' ? { values: [variable] } : variable;
  if (format !== undefined && !isVariableFormat(format)) {
    throw new Error(`unknown variable format :${format}`);
  }
  if (value.allValue !== undefined && format !== 'text') return value.allValue;
  const chosen: VariableFormat = format ?? (value.multi === true ? 'promRegex' : 'promString');
  return formatVariable(value.values, value.text, chosen);
}
