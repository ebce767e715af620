import { checkSettings } from './check-settings.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import { isDuration } from './thresholds.ts';
import { ValuesError } from './values-error.ts';

/** Texts about a limit, which is another one when its number is. */
const FIXED = new Set(['measures', 'unit', 'why']);
/** Maps whose keys are the user's own. */
const OPEN = new Set(['labels']);

/**
 * The settings with the user's values in the place of the defaults; what is not named stays as it is.
 * @param values as read from YAML or JSON, in the shape of `Settings`
 * @throws {ValuesError} naming everything that is unknown, of a wrong kind, or makes no sense
 */
export function applyValues(values: unknown, defaults: Settings = DEFAULT_SETTINGS): Settings {
  const faults: string[] = [];
  const settings = merge('', defaults, values ?? {}, faults) as Settings;
  if (faults.length === 0) faults.push(...checkSettings(settings));
  if (faults.length > 0) throw new ValuesError(faults);
  return settings;
}

function merge(path: string, base: unknown, value: unknown, faults: string[]): unknown {
  const refuse = (expected: string) => {
    faults.push(`${path || 'values'}: expected ${expected}, got ${JSON.stringify(value)}`);
    return base;
  };
  if (Array.isArray(base)) {
    const list = typeof value === 'string' ? [value] : value;
    const isList = Array.isArray(list) && list.every((each) => typeof each === 'string');
    return isList ? list : refuse('a text or a list of texts');
  }
  if (isRecord(base)) {
    return isRecord(value) ? mergeRecord(path, base, value, faults) : refuse('a mapping');
  }
  if (typeof base === 'number') {
    return typeof value === 'number' && Number.isFinite(value) ? value : refuse('a number');
  }
  if (isDuration(base)) return isDuration(value) ? value : refuse('a duration such as 30s, 5m, 6h or 3d');
  return typeof value === 'string' ? value : refuse('a text');
}

type Fields = Record<string, unknown>;

function mergeRecord(path: string, base: Fields, values: Fields, faults: string[]): Fields {
  const merged: Fields = { ...base };
  for (const [key, value] of Object.entries(values)) {
    const here = path ? `${path}.${key}` : key;
    if (OPEN.has(path)) {
      merged[key] = merge(here, '', value, faults);
    } else if (Object.hasOwn(base, key) && !FIXED.has(key)) {
      merged[key] = merge(here, base[key], value, faults);
    } else {
      const known = Object.keys(base).filter((name) => !FIXED.has(name));
      faults.push(`${here}: there is no such setting; there are ${known.join(', ')}`);
    }
  }
  return merged;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
