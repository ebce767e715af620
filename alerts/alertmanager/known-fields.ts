import { kindOf } from './integrations/field.ts';

/** The fields of a mapping that there are; any others, and what is no mapping, are faults. */
export function knownFields(
  path: string,
  value: unknown,
  names: readonly string[],
  faults: string[],
): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    faults.push(`${path}: expected a mapping, got ${kindOf(value)}`);
    return {};
  }
  for (const name of Object.keys(value).filter((each) => !names.includes(each)))
    faults.push(`${path}.${name}: there is no such setting; there are ${names.join(', ')}`);
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}
