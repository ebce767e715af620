import { textWidth } from './text-width.ts';

/** How values become places on an axis: ECharts draws what `place` returns on a linear axis. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  place(value: number): number;
}

export interface ScaleOptions {
  /** Of the data. */
  readonly low: number;
  readonly high: number;
  readonly hardMin?: number;
  readonly hardMax?: number;
  readonly softMin?: number;
  readonly softMax?: number;
  readonly pixels: number;
  readonly distribution: 'linear' | 'log' | 'symlog';
  /** Of symlog: below it the axis is linear. */
  readonly linearThreshold: number;
  /** 1024 for bytes, so that ticks are whole KiB and MiB. */
  readonly base: 10 | 1024;
}

const PADDING = 0.1;
const TICK_PIXELS = 34;
const LOG_TICK_PIXELS = 18;

/** The range as uPlot finds it: a tenth more than the data, at least what the soft limits ask for, whole ticks. */
export function scaleOf(options: ScaleOptions): Scale {
  return options.distribution === 'linear' ? linear(options) : logarithmic(options);
}

function linear(options: ScaleOptions): Scale {
  const { low, high, hardMin, hardMax, softMin, softMax, pixels, base } = options;
  const spread = high - low || Math.abs(high) || 1;
  const padded = low >= 0 && low - spread * PADDING < 0 ? 0 : low - spread * PADDING;
  let min = hardMin ?? Math.min(padded, softMin ?? padded);
  const top = softMax !== undefined && high <= softMax ? softMax : high + spread * PADDING;
  let max = hardMax ?? Math.max(top, softMax ?? top);
  if (max <= min) max = min + 1;
  const step = niceStep((max - min) / Math.max(1, pixels / TICK_PIXELS), base);
  if (hardMin === undefined) min = Math.floor(min / step + 1e-9) * step;
  if (hardMax === undefined) max = Math.ceil(max / step - 1e-9) * step;
  const ticks: number[] = [];
  for (let index = Math.ceil(min / step - 1e-9); index * step <= max + step * 1e-9; index += 1) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return { min, max, ticks, place: (value) => value };
}

/** 1, 2, 2.5 or 5 times a power of ten, or of two for bytes. */
function niceStep(atLeast: number, base: 10 | 1024): number {
  if (base === 1024 && atLeast >= 1) return 2 ** Math.ceil(Math.log2(atLeast) - 1e-9);
  const power = 10 ** Math.floor(Math.log10(atLeast) + 1e-9);
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * power >= atLeast * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function logarithmic(options: ScaleOptions): Scale {
  const { low, high, hardMin, hardMax, softMin, softMax, pixels, distribution, linearThreshold } = options;
  const smallest = distribution === 'symlog' ? 0 : 1e-9;
  const forward =
    distribution === 'symlog'
      ? (value: number) => Math.asinh(value / linearThreshold)
      : (value: number) => Math.log10(Math.max(value, smallest));
  const bottom = Math.min(hardMin ?? low, softMin ?? hardMin ?? low);
  const min = distribution === 'symlog' ? bottom : 10 ** Math.floor(Math.log10(Math.max(bottom, smallest)));
  const reached = hardMax ?? Math.max(high, softMax ?? high, linearThreshold);
  const max = hardMax ?? softTop(reached, softMax);
  const range = forward(max) - forward(min) || 1;
  const apart = (a: number, b: number) => (Math.abs(forward(a) - forward(b)) / range) * pixels;
  const ticks: number[] = [];
  for (
    let power = Math.floor(Math.log10(max) + 1e-9);
    10 ** power > Math.max(min, smallest, linearThreshold / 2);
    power -= 1
  ) {
    const tick = 10 ** power;
    const above = ticks[0];
    if (above === undefined || apart(above, tick) >= LOG_TICK_PIXELS) ticks.unshift(tick);
  }
  if (distribution === 'symlog' && min <= 0) {
    while (ticks[0] !== undefined && apart(ticks[0], 0) < LOG_TICK_PIXELS) ticks.shift();
    ticks.unshift(0);
  }
  return { min: forward(min), max: forward(max), ticks, place: forward };
}

/** The next power of ten, or what the dashboard says where the data stay below it. */
function softTop(reached: number, softMax: number | undefined): number {
  if (softMax !== undefined && reached <= softMax) return softMax;
  return 10 ** Math.ceil(Math.log10(reached) - 1e-9);
}

const TIME_STEPS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * 60_000),
  ...[1, 2, 3, 4, 6, 8, 12].map((count) => count * 3_600_000),
  ...[1, 2, 3, 7, 14, 28].map((count) => count * 86_400_000),
];
const TIME_TICK_PIXELS = 80;
export const TICK_FONT_SIZE = 12;

export interface TimeTick {
  readonly at: number;
  readonly text: string;
}

/** In UTC; milliseconds since 1970. A text that would reach beyond the right edge is left away. */
export function timeTicks(from: number, to: number, pixels: number, rightEdge = 0): TimeTick[] {
  const wanted = (to - from) / Math.max(1, pixels / TIME_TICK_PIXELS);
  const step = TIME_STEPS_MS.find((each) => each >= wanted) ?? 28 * 86_400_000;
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    const iso = new Date(at).toISOString();
    const text = step >= 86_400_000 ? iso.slice(5, 10) : iso.slice(11, step < 60_000 ? 19 : 16);
    const room = ((to - at) / (to - from)) * pixels + rightEdge;
    ticks.push({ at, text: room < textWidth(text, TICK_FONT_SIZE) / 2 ? '' : text });
  }
  return ticks;
}
