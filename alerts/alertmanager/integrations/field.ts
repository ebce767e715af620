/** One option of an integration. What came is never shown: it may be a secret in the wrong place. */
export interface Field {
  /** In words. */
  readonly expected: string;
  readonly required: boolean;
  readonly accepts: (value: unknown) => boolean;
}

export type Fields<Options> = { readonly [Name in keyof Required<Options>]: Field };

/** Where a secret stands. In Kubernetes and Swarm they are mounted: /run/secrets/... */
export const SECRET_FILE: Omit<Field, 'required'> = {
  expected: 'the absolute path of a file that holds it',
  accepts: (value) => typeof value === 'string' && /^\/[^\n]*$/.test(value),
};

export const ADDRESS: Omit<Field, 'required'> = {
  expected: 'an http or https address',
  accepts: isAddress,
};

export function text(expected: string, pattern = /^[^\n]+$/): Omit<Field, 'required'> {
  return { expected, accepts: (value) => typeof value === 'string' && pattern.test(value) };
}

export const YES_OR_NO: Omit<Field, 'required'> = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
};

export function required(field: Omit<Field, 'required'>): Field {
  return { ...field, required: true };
}

export function optional(field: Omit<Field, 'required'>): Field {
  return { ...field, required: false };
}

export function isAddress(value: unknown): value is string {
  return typeof value === 'string' && URL.canParse(value) && /^https?:\/\//.test(value);
}

/** Without its content. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return `a ${typeof value}`;
  if (/^\w+:\/\//.test(value)) return 'an address';
  return value.startsWith('/') ? 'a path' : 'a text';
}
