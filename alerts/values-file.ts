import { readFileSync } from 'node:fs';

import { parse } from 'yaml';

import { ValuesError } from './values-error.ts';

/** One file holds what users change: who is told, and everything about the alerts themselves. */
export interface Values {
  /** In the shape of `alerts/alertmanager/settings.ts`. */
  readonly alertmanager: unknown;
  /** In the shape of `alerts/settings.ts`. */
  readonly rules: unknown;
}

/** @throws {ValuesError} when it is no YAML or JSON that can be read */
export function readValuesFile(file: string): Values {
  let values: unknown;
  try {
    values = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ValuesError([`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return { alertmanager: undefined, rules: values };
  const { alertmanager, ...rules } = values as Record<string, unknown>;
  return { alertmanager, rules };
}
