import { markdownTable } from '../../../alerts/runbooks/markdown-table.ts';
import { replaceBlock } from '../../../alerts/runbooks/marked-block.ts';
import { documentedValues } from './documented-values.ts';

/** A README.md with the table of the values between its marks. */
export function readmeWithValues(readme: string, valuesText: string): string {
  const rows = documentedValues(valuesText).documented.map(({ path, value, description }) => [
    `\`${path}\``,
    shown(value),
    description.replaceAll('|', String.raw`\|`),
  ]);
  return replaceBlock(readme, 'values', markdownTable(['value', 'default', 'meaning'], rows));
}

/** Longer defaults are read in values.yaml. */
const MAX_SHOWN = 60;

function shown(value: unknown): string {
  if (value === '' || value === null) return '';
  if (flow(value).length > MAX_SHOWN) return 'see values.yaml';
  return `\`${flow(value)}\``.replaceAll('|', String.raw`\|`);
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((each) => flow(each)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return value === '' ? '""' : String(value);
  const fields = Object.entries(value).map(([key, child]) => `${key}: ${flow(child)}`);
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}';
}
