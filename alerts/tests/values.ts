import { secondsOf, type Duration } from '../thresholds.ts';
import { STEP } from './rule-case.ts';

/** Values in the notation of `promtool test rules`, by how long they last. */

/** The same value for this long. */
export function hold(value: number, time: Duration, step = STEP): string {
  return `${value}x${samplesIn(time, step) - 1}`;
}

/** Rises with every sample, beginning at `from`. */
export function rise(from: number, perSample: number, time: Duration, step = STEP): string {
  return `${from}${perSample < 0 ? '' : '+'}${perSample}x${samplesIn(time, step) - 1}`;
}

/** The target is gone: Prometheus marks its series as stale. */
export function gone(time: Duration, step = STEP): string {
  const samples = samplesIn(time, step);
  return samples > 1 ? `stale _x${samples - 1}` : 'stale';
}

/** One after the other. (A module that exports `then` would be taken for a promise.) */
export function inTurn(...parts: readonly string[]): string {
  return parts.join(' ');
}

/** The same parts over and over. */
export function repeated(times: number, ...parts: readonly string[]): string {
  return Array.from({ length: times }, () => inTurn(...parts)).join(' ');
}

/** The series comes later. */
export function nothing(time: Duration, step = STEP): string {
  return `_x${samplesIn(time, step)}`;
}

export function plus(duration: Duration, steps: number, step = STEP): Duration {
  return `${secondsOf(duration) + steps * secondsOf(step)}s`;
}

export function samplesIn(time: Duration, step = STEP): number {
  return Math.round(secondsOf(time) / secondsOf(step));
}
