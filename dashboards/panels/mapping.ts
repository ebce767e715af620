import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';

/** Words instead of numbers, each with its colour. */
export function words(
  texts: Readonly<Record<string, { readonly text: string; readonly color?: string }>>,
): ValueMapping {
  const entries = Object.entries(texts).map(([value, result], index) => [value, { ...result, index }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(entries) };
}
