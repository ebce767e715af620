import type { FieldSettings } from '../dashboard-json.ts';
import type { Field } from '../data/frame.ts';

/** How one series is drawn. */
export interface SeriesStyle {
  readonly draw: 'line' | 'bars' | 'points';
  readonly lineWidth: number;
  /** 0 to 1 */
  readonly fill: number;
  readonly step: 'start' | 'end' | undefined;
  readonly smooth: boolean;
  readonly dash: readonly number[] | undefined;
  readonly points: 'auto' | 'never' | 'always';
  readonly stack: string | undefined;
  /** Gaps up to this long are bridged, in milliseconds. */
  readonly bridgedMs: number;
  readonly hidden: boolean;
  readonly inLegend: boolean;
  readonly negative: boolean;
}

/** What panels over time keep below `custom` in a field's settings. */
interface CustomSettings {
  readonly drawStyle?: SeriesStyle['draw'];
  readonly lineInterpolation?: string;
  readonly lineStyle?: { readonly fill?: string; readonly dash?: readonly number[] };
  readonly lineWidth?: number;
  readonly fillOpacity?: number;
  readonly stacking?: { readonly mode?: string; readonly group?: string };
  readonly hideFrom?: { readonly viz?: boolean; readonly legend?: boolean };
  readonly showPoints?: SeriesStyle['points'];
  readonly spanNulls?: boolean | number;
  readonly transform?: string;
  readonly axisSoftMin?: number;
  readonly axisSoftMax?: number;
  readonly axisPlacement?: string;
  readonly scaleDistribution?: {
    readonly type?: AxisSettings['distribution'];
    readonly linearThreshold?: number;
  };
  readonly thresholdsStyle?: { readonly mode?: string };
}

export function customOf(settings: FieldSettings | undefined): CustomSettings {
  return settings?.custom ?? {};
}

export function seriesStyle({ settings }: Field): SeriesStyle {
  const { stacking, lineStyle, lineInterpolation: interpolation, ...rest } = customOf(settings);
  if (stacking?.mode === 'percent') throw new Error('stacking "percent" is not drawn here');
  return {
    draw: rest.drawStyle ?? 'line',
    lineWidth: rest.lineWidth ?? 1,
    fill: (rest.fillOpacity ?? 0) / 100,
    step: interpolation === 'stepBefore' ? 'start' : interpolation === 'stepAfter' ? 'end' : undefined,
    smooth: interpolation === 'smooth',
    dash: dashOf(lineStyle),
    points: rest.showPoints ?? 'auto',
    stack: stacking?.mode === 'normal' ? (stacking.group ?? 'A') : undefined,
    bridgedMs: bridged(rest.spanNulls),
    hidden: rest.hideFrom?.viz === true,
    inLegend: rest.hideFrom?.legend !== true,
    negative: rest.transform === 'negative-Y',
  };
}

function dashOf(style: CustomSettings['lineStyle']): readonly number[] | undefined {
  if (style?.fill === 'dash') return style.dash ?? [10, 10];
  return style?.fill === 'dot' ? [1, 5] : undefined;
}

function bridged(spanNulls: boolean | number | undefined): number {
  if (typeof spanNulls === 'number') return spanNulls;
  return spanNulls === true ? Number.POSITIVE_INFINITY : 0;
}

export interface AxisSettings {
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly softMin: number | undefined;
  readonly softMax: number | undefined;
  readonly distribution: 'linear' | 'log' | 'symlog';
  readonly linearThreshold: number;
  readonly placement: string;
}

export function axisSettings({ settings }: Field): AxisSettings {
  const { scaleDistribution: scale, axisSoftMin, axisSoftMax, axisPlacement } = customOf(settings);
  return {
    min: settings?.min ?? undefined,
    max: settings?.max ?? undefined,
    softMin: axisSoftMin,
    softMax: axisSoftMax,
    distribution: scale?.type ?? 'linear',
    linearThreshold: scale?.linearThreshold ?? 1,
    placement: axisPlacement ?? 'auto',
  };
}
