import { readFileSync } from 'node:fs';

import { CodedError, EXIT_MISCONFIGURED, messageOf } from './errors.ts';

/** Of a value that is not as expected. */
const MAX_SHOWN = 100;

/** How one environment variable is read. `parse` returns the value or throws what was expected. */
export interface Variable<T> {
  /** What is expected, in words: "an integer from 1 to 65535". */
  readonly expected: string;
  /** Undefined means that the variable must be set. */
  readonly fallback: { readonly value: T } | undefined;
  /** A secret is never shown, and may be read from the file that `<NAME>_FILE` names. */
  readonly secret: boolean;
  /** Returns undefined when the text is not as expected. */
  parse(text: string): T | undefined;
}

type Values<S extends Record<string, Variable<unknown>>> = {
  readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads all variables at once; an empty variable counts as not set.
 * @throws {CodedError} CONFIG_INVALID with every fault in one message: variable, expected, got.
 */
export function readEnv<S extends Record<string, Variable<unknown>>>(env: Environment, spec: S): Values<S> {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, variable] of Object.entries(spec)) {
    try {
      values[name] = readVariable(env, name, variable);
    } catch (error) {
      faults.push(`  ${messageOf(error)}`);
    }
  }
  if (faults.length > 0) throw invalidConfig(faults);
  return values as Values<S>;
}

/** The error for faults that only show when several variables are looked at together. */
export function invalidConfig(faults: readonly string[]): CodedError {
  const count = faults.length === 1 ? 'One setting is' : `${faults.length} settings are`;
  return new CodedError('CONFIG_INVALID', `${count} wrong:\n${faults.join('\n')}`, {
    exitCode: EXIT_MISCONFIGURED,
  });
}

function readVariable<T>(env: Environment, name: string, variable: Variable<T>): T {
  const text = variable.secret ? readSecret(env, name) : env[name]?.trim();
  if (!text) {
    if (variable.fallback) return variable.fallback.value;
    const hint = variable.secret ? ` (or ${name}_FILE naming a file that holds it)` : '';
    throw new Error(`${name}: expected ${variable.expected}${hint}, got nothing`);
  }
  const value = variable.parse(text);
  if (value !== undefined) return value;
  const got = variable.secret ? `${text.length} characters that are something else` : quote(text);
  throw new Error(`${name}: expected ${variable.expected}, got ${got}`);
}

/** Secrets in files and in orchestrators often end with a line break that nobody sees. */
function readSecret(env: Environment, name: string): string {
  const text = env[name]?.trim() ?? '';
  const path = env[`${name}_FILE`];
  if (!path) return text;
  if (text) throw new Error(`${name}: expected either ${name} or ${name}_FILE, got both`);
  let content: string;
  try {
    content = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new Error(`${name}_FILE: expected a readable file, got ${messageOf(error)}`, { cause: error });
  }
  if (!content) throw new Error(`${name}_FILE: expected a file that holds the secret, got an empty one`);
  return content;
}

/** An address may carry a password where none belongs. */
function quote(text: string): string {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
  return JSON.stringify(shown.replaceAll(/[^\s/,@]+@/g, '[redacted]@'));
}

interface Default<T> {
  readonly default?: T;
}

function variable<T>(
  expected: string,
  options: Default<T>,
  parse: (text: string) => T | undefined,
): Variable<T> {
  const fallback = options.default === undefined ? undefined : { value: options.default };
  return { expected, fallback, secret: false, parse };
}

export function text(expected: string, options: Default<string> & { readonly pattern?: RegExp } = {}) {
  return variable(expected, options, (raw) =>
    options.pattern && !options.pattern.test(raw) ? undefined : raw,
  );
}

export function integer(options: Default<number> & { readonly min: number; readonly max: number }) {
  const { min, max } = options;
  return variable(`an integer from ${min} to ${max}`, options, (raw) => inRange(raw, /^-?\d+$/, min, max));
}

export function decimal(options: Default<number> & { readonly min: number; readonly max: number }) {
  const { min, max } = options;
  return variable(`a number from ${min} to ${max}`, options, (raw) =>
    inRange(raw, /^-?\d+(\.\d+)?$/, min, max),
  );
}

function inRange(raw: string, shape: RegExp, min: number, max: number): number | undefined {
  const value = Number(raw);
  // Adding 0 makes 0 of -0.
  return shape.test(raw) && value >= min && value <= max ? value + 0 : undefined;
}

export function oneOf<const T extends string>(choices: readonly T[], options: Default<NoInfer<T>> = {}) {
  return variable<T>(`one of ${choices.join(', ')}`, options, (raw) => choices.find((c) => c === raw));
}

/** A comma-separated list of names out of `choices`, at least one, each once. */
export function listOf<const T extends string>(
  choices: readonly T[],
  options: Default<readonly NoInfer<T>[]> = {},
) {
  const expected = `a comma-separated list out of ${choices.join(', ')}`;
  return variable<readonly T[]>(expected, options, (raw) => {
    const names = new Set(raw.split(',').map((name) => name.trim()));
    const known = choices.filter((choice) => names.has(choice));
    return known.length === names.size ? known : undefined;
  });
}

export function url(protocols: readonly string[], options: Default<string> = {}) {
  const expected = `a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`;
  return variable(expected, options, (raw) =>
    protocols.includes(URL.parse(raw)?.protocol ?? '') ? raw : undefined,
  );
}

/** A value that may also come from a file and is never shown. */
export function secret(expected: string, options: Default<string> & { readonly pattern?: RegExp } = {}) {
  return { ...text(expected, options), secret: true };
}

/** A number or one word that stands for "choose for me". */
export function integerOr<const W extends string>(
  word: W,
  options: Default<number | NoInfer<W>> & { readonly min: number; readonly max: number },
) {
  const { min, max } = options;
  return variable<number | W>(`an integer from ${min} to ${max}, or ${word}`, options, (raw) =>
    raw === word ? word : inRange(raw, /^\d+$/, min, max),
  );
}
