/**
 * How a variable's values become text. `promRegex` and `promString` are the defaults of Grafana's Prometheus data
 * source; the others are the formats that an author may ask for (`${name:pipe}`).
 */
const FORMATS = {
  promRegex: (values) => group(values.map(escapePromRegex)),
  promString: (values) => values.map(escapePromString).join(','),
  raw: (values) => values.join(','),
  csv: (values) => values.join(','),
  pipe: (values) => values.join('|'),
  regex: (values) => group(values.map(escapeRegex)),
  glob: (values) => (values.length === 1 ? (values[0] ?? '') : `{${values.join(',')}}`),
  doublequote: (values) => values.map((value) => `"${value.replaceAll('"', String.raw`\"`)}"`).join(','),
  singlequote: (values) => values.map((value) => `'${value.replaceAll("'", String.raw`\'`)}'`).join(','),
  json: (values) => JSON.stringify(values.length === 1 ? values[0] : values),
  percentencode: (values) =>
    encodeURIComponent(values.length === 1 ? (values[0] ?? '') : `{${values.join(',')}}`),
  text: (values, text) => text ?? values.join(' + '),
} as const satisfies Record<string, (values: readonly string[], text?: string) => string>;

export type VariableFormat = keyof typeof FORMATS;

export function isVariableFormat(name: string): name is VariableFormat {
  return Object.hasOwn(FORMATS, name);
}

export function formatVariable(
  values: readonly string[],
  text: string | undefined,
  format: VariableFormat,
): string {
  const write: (values: readonly string[], text?: string) => string = FORMATS[format];
  return write(values, text);
}

function group(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `(${values.join('|')})`;
}

/** Inside a double-quoted PromQL string a regular expression's backslash is written twice (escaping.ts of Grafana). */
function escapePromRegex(value: string): string {
  return value.replaceAll('\\', '\\\\\\\\').replaceAll(/[$^*{}[\]'+?.()|]/g, String.raw`\\$&`);
}

function escapePromString(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`);
}

function escapeRegex(value: string): string {
  return value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, String.raw`\$&`);
}
