import { CodedError } from '../../../runtime/errors.ts';
import type { ShardTarget } from '../faults/lasting-faults.ts';
import { isRecord } from '../protocol/is-record.ts';

/** One field of a request's body. */
export interface Field<T> {
  /** In words: "an integer from 0". */
  readonly expected: string;
  readonly optional: boolean;
  /** Undefined when the value is not as expected. */
  readonly read: (value: unknown) => T | undefined;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type FieldValues<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/**
 * Reads a body field by field.
 * @throws {CodedError} CONTROL_INVALID naming every field that is missing, unknown or wrong
 */
export function readFields<F extends Fields>(body: unknown, fields: F): FieldValues<F> {
  if (!isRecord(body)) throw invalid(['the body must be a JSON object']);
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const name of Object.keys(body)) {
    if (!(name in fields)) faults.push(`${name} is unknown; known are ${Object.keys(fields).join(', ')}`);
  }
  for (const [name, { expected, optional, read }] of Object.entries(fields)) {
    const value = body[name];
    if (value === undefined && optional) continue;
    const result = value === undefined ? undefined : read(value);
    if (result !== undefined) values[name] = result;
    else faults.push(`${name}: expected ${expected}, got ${JSON.stringify(value) ?? 'nothing'}`);
  }
  if (faults.length > 0) throw invalid(faults);
  return values as FieldValues<F>;
}

export function invalid(faults: readonly string[]): CodedError {
  return new CodedError('CONTROL_INVALID', faults.join('; '));
}

function field<T>(expected: string, read: (value: unknown) => T | undefined): Field<T> {
  return { expected, optional: false, read };
}

export function optional<T>(inner: Field<T>): Field<T | undefined> {
  return { ...inner, optional: true };
}

export function numberFrom(min: number, max = Infinity): Field<number> {
  const expected = Number.isFinite(max) ? `a number from ${min} to ${max}` : `a number from ${min}`;
  return field(expected, (value) =>
    typeof value === 'number' && value >= min && value <= max ? value : undefined,
  );
}

export function integerFrom(min: number, max = Number.MAX_SAFE_INTEGER): Field<number> {
  return field(`an integer from ${min}${max < Number.MAX_SAFE_INTEGER ? ` to ${max}` : ''}`, (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : undefined,
  );
}

export function text(expected: string): Field<string> {
  return field(expected, (value) => (typeof value === 'string' && value !== '' ? value : undefined));
}

export function flag(): Field<boolean> {
  return field('true or false', (value) => (typeof value === 'boolean' ? value : undefined));
}

export function choice<const T extends string>(choices: readonly T[]): Field<T> {
  return field(`one of ${choices.join(', ')}`, (value) => choices.find((one) => one === value));
}

/** Anything, null too. */
export function anything(): Field<unknown> {
  return field('any JSON value', (value) => value);
}

export function shards(): Field<ShardTarget> {
  return field('a shard id, a list of shard ids, or "all"', (value) => {
    if (value === 'all') return value;
    const ids: unknown[] = [value].flat();
    return ids.length > 0 && ids.every(isShardId) ? ids : undefined;
  });
}

export function shardIds(): Field<readonly number[]> {
  return field('a list of shard ids', (value) =>
    Array.isArray(value) && value.every(isShardId) ? value : undefined,
  );
}

/** Numbers from 0 by these names. */
export function weights<const T extends string>(names: readonly T[]): Field<Partial<Record<T, number>>> {
  return field(`an object with numbers from 0 for some of ${names.join(', ')}`, (value) => {
    if (!isRecord(value)) return undefined;
    const valid = Object.entries(value).every(
      ([name, weight]) => names.some((known) => known === name) && typeof weight === 'number' && weight >= 0,
    );
    return valid ? (value as Partial<Record<T, number>>) : undefined;
  });
}

function isShardId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
