import { messageOf } from './errors.ts';

/** Of an error; everything else that it carries, such as a request's body, may hold user content. */
const KEPT = ['code', 'status', 'exitCode', 'syscall', 'method', 'route'] as const;
const MAX_CAUSES = 5;

export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
  readonly errors?: readonly ErrorFields[];
  readonly [kept: string]: unknown;
}

/**
 * What may be written of an error: its type, message, stack, codes and causes. discord.js's errors
 * also carry `requestBody`, `rawError` and `url`.
 */
export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error)) return { type: typeof error, message: messageOf(error) };
  const fields: Record<string, unknown> = { type: error.name, message: messageOf(error), stack: error.stack };
  for (const key of KEPT) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'string' || typeof value === 'number') fields[key] = value;
  }
  if (depth < MAX_CAUSES) {
    if (error.cause !== undefined) fields['cause'] = errorFields(error.cause, depth + 1);
    if (error instanceof AggregateError) {
      fields['errors'] = error.errors.slice(0, MAX_CAUSES).map((each) => errorFields(each, depth + 1));
    }
  }
  return fields as unknown as ErrorFields;
}
