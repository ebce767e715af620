import type { FieldSettings, MappingJson, MappingResult, ThresholdStep } from '../dashboard-json.ts';
import type { Value } from './frame.ts';
import { formatUnit, fromNow } from './units.ts';

/** What is shown for a value. The colour is as the JSON has it: a name or a code. */
export interface Display {
  readonly text: string;
  /** From a mapping or, where the field is coloured by thresholds, from these. */
  readonly color?: string;
}

const NO_VALUE = '-';

/** @param nowMs what "3 minutes ago" counts from; milliseconds since 1970 */
export function display(value: Value, settings: FieldSettings = {}, nowMs = Date.now()): Display {
  const mapped = mappingOf(value, settings.mappings);
  const color = mapped?.color ?? (typeof value === 'number' ? thresholdColor(value, settings) : undefined);
  const text = mapped?.text ?? textOf(value, settings, nowMs);
  return color === undefined ? { text } : { text, color };
}

function textOf(value: Value, { unit, decimals, noValue }: FieldSettings, nowMs: number): string {
  if (value === null) return noValue ?? NO_VALUE;
  if (typeof value === 'string') return value;
  return unit === 'dateTimeFromNow' ? fromNow((nowMs - value) / 1_000) : formatUnit(value, unit, decimals);
}

/** The last step that the value reaches. Undefined where there are none. */
export function thresholdColor(value: number, settings: FieldSettings): string | undefined {
  return thresholdSteps(settings).findLast((step) => value >= (step.value ?? Number.NEGATIVE_INFINITY))
    ?.color;
}

/** In ascending order and in the field's unit, also where the JSON has shares of min to max. */
export function thresholdSteps({ thresholds, min, max }: FieldSettings): readonly ThresholdStep[] {
  if (!thresholds) return [];
  const steps = thresholds.steps.toSorted(
    (a, b) => (a.value ?? Number.NEGATIVE_INFINITY) - (b.value ?? Number.NEGATIVE_INFINITY),
  );
  if (thresholds.mode !== 'percentage') return steps;
  const from = min ?? 0;
  const to = max ?? 100;
  return steps.map((step) => ({
    ...step,
    value: step.value === null ? null : from + (step.value / 100) * (to - from),
  }));
}

function mappingOf(value: Value, mappings: readonly MappingJson[] = []): MappingResult | undefined {
  for (const mapping of mappings) {
    const result = resultOf(value, mapping);
    if (result) return result;
  }
  return undefined;
}

function resultOf(value: Value, mapping: MappingJson): MappingResult | undefined {
  switch (mapping.type) {
    case 'value':
      return value === null ? undefined : mapping.options[String(value)];
    case 'range': {
      const { from, to, result } = mapping.options;
      if (typeof value !== 'number') return undefined;
      return value >= (from ?? Number.NEGATIVE_INFINITY) && value <= (to ?? Number.POSITIVE_INFINITY)
        ? result
        : undefined;
    }
    case 'regex': {
      const { pattern, result } = mapping.options;
      if (typeof value !== 'string') return undefined;
      return new RegExp(pattern.replace(/^\/(.*)\/$/s, '$1')).test(value) ? result : undefined;
    }
    default:
      return isSpecial(value, mapping.options.match) ? mapping.options.result : undefined;
  }
}

function isSpecial(value: Value, match: string): boolean {
  const nan = typeof value === 'number' && Number.isNaN(value);
  if (match === 'null') return value === null;
  if (match === 'nan') return nan;
  if (match === 'null+nan') return value === null || nan;
  return match === 'empty' && value === '';
}
