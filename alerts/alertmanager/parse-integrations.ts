import { kindOf, type Field } from './integrations/field.ts';
import {
  INTEGRATION_NAMES,
  INTEGRATIONS,
  type Integration,
  type IntegrationName,
} from './integrations/integration.ts';
import type { AnyIntegrationKind } from './integrations/kind.ts';
import { knownFields } from './known-fields.ts';

/** @param faults gets everything that is wrong, without repeating any value */
export function parseIntegrations(path: string, value: unknown, faults: string[]): Integration[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length === 0) {
    const got = Array.isArray(value) ? 'an empty one' : kindOf(value);
    faults.push(`${path}: expected a list of ${INTEGRATION_NAMES.join(', ')}, got ${got}`);
    return [];
  }
  return value.map((each: unknown, index) => parseOne(`${path}[${index}]`, each, faults));
}

function parseOne(path: string, value: unknown, faults: string[]): Integration {
  const given = Object.entries(knownFields(path, value, INTEGRATION_NAMES, faults));
  const [first] = given;
  if (!first || given.length !== 1) {
    const got = given.length > 1 ? given.map(([name]) => name).join(' and ') : 'none';
    faults.push(`${path}: expected one of ${INTEGRATION_NAMES.join(', ')}, got ${got}`);
    return {};
  }
  const [name, options] = first as [IntegrationName, unknown];
  return { [name]: parseOptions(`${path}.${name}`, INTEGRATIONS[name], options, faults) };
}

function parseOptions(
  path: string,
  { fields, problem }: AnyIntegrationKind,
  value: unknown,
  faults: string[],
): object {
  const before = faults.length;
  const byName: Readonly<Record<string, Field>> = fields;
  const options = knownFields(path, value, Object.keys(byName), faults);
  for (const [name, { required, accepts, expected }] of Object.entries(byName)) {
    const option = options[name];
    if (option === undefined ? required : !accepts(option))
      faults.push(`${path}.${name}: expected ${expected}, got ${kindOf(option)}`);
  }
  const whole = faults.length === before ? problem?.(options as never) : undefined;
  if (whole !== undefined) faults.push(`${path}: ${whole}`);
  return options;
}
