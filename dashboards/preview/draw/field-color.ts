import type { Field } from '../data/frame.ts';
import { nameOf, numbersOf } from '../data/frame.ts';
import { thresholdColor } from '../data/display.ts';
import { reduce } from '../data/reduce.ts';
import { schemeColor } from './color-schemes.ts';
import type { Theme } from './theme.ts';

/** The one colour of a series; `index` counts the panel's series. */
export function fieldColor(field: Field, index: number, theme: Theme): string {
  const { color = { mode: 'palette-classic' } } = field.settings ?? {};
  const { palette } = theme;
  switch (color.mode) {
    case 'fixed':
    case 'shades':
      return theme.color(color.fixedColor ?? 'text');
    case 'palette-classic':
      return palette[index % palette.length] ?? theme.text;
    case 'palette-classic-by-name':
      return palette[hash(nameOf(field)) % palette.length] ?? theme.text;
    case 'thresholds': {
      const value = reduce(numbersOf(field), calculationOf(color.seriesBy));
      return theme.color(
        (value === null ? undefined : thresholdColor(value, field.settings ?? {})) ?? 'green',
      );
    }
    default:
      return continuousColor(field, color.mode, calculationOf(color.seriesBy));
  }
}

function calculationOf(seriesBy: string | undefined): string {
  return seriesBy === 'min' || seriesBy === 'max' ? seriesBy : 'lastNotNull';
}

function continuousColor(field: Field, mode: string, calculation: string): string {
  const values = numbersOf(field);
  const value = reduce(values, calculation) ?? 0;
  const min = field.settings?.min ?? reduce(values, 'min') ?? 0;
  const max = field.settings?.max ?? reduce(values, 'max') ?? 1;
  return schemeColor(mode.replace('continuous-', ''), max === min ? 0 : (value - min) / (max - min));
}

/** Of the name, so that a series keeps its colour whatever else is shown. */
function hash(name: string): number {
  let value = 0;
  for (let index = 0; index < name.length; index += 1) {
    value = Math.trunc((value << 5) - value + name.charCodeAt(index)) | 0;
  }
  return Math.abs(value);
}
