import { secondsOf, type Duration } from '../thresholds.ts';

const MIB = 1024 ** 2;
const HOUR = 3_600;
const DAY = 86_400;

/** Memory in MiB at a time in seconds. */
export type Course = (seconds: number) => number;

export const LIMIT_BYTES = 512 * MIB;

/** A garbage collection every 50 minutes. */
export const saw =
  (height: number): Course =>
  (seconds) =>
    height * ((seconds / (50 * 60)) % 1);
export const flat =
  (level: number): Course =>
  () =>
    level;
/** The unit is MiB an hour; a leak ends at the limit. */
export const leak =
  (perHour: number, since = 0): Course =>
  (seconds) =>
    Math.max(0, seconds - since) * (perHour / HOUR);
export const cycle =
  (amplitude: number, days: number): Course =>
  (seconds) =>
    amplitude * Math.sin((2 * Math.PI * seconds) / (days * DAY));
/** Two days of seven need more, with some hours of coming and going. */
export const weekend =
  (height: number): Course =>
  (seconds) => {
    const day = (seconds / DAY) % 7;
    return height * Math.min(1, Math.max(0, Math.min((day - 5) * 4, (7 - day) * 4)));
  };
export const stepAt =
  (height: number, day: number): Course =>
  (seconds) =>
    seconds >= day * DAY ? height : 0;
/** From one level to another, within so many days. */
export const rising =
  (low: number, high: number, days: number, day = 0): Course =>
  (seconds) =>
    low + (high - low) * Math.min(1, Math.max(0, seconds / DAY - day) / days);
/** A saw whose teeth stand on the one and reach to the other. */
export const between =
  (floor: Course, ceiling: Course): Course =>
  (seconds) =>
    floor(seconds) + saw(ceiling(seconds) - floor(seconds))(seconds);
/** Fills up with what is kept, ever more slowly. */
export const warmUp =
  (height: number, hours: number, since = 0): Course =>
  (seconds) =>
    seconds < since ? 0 : height * (1 - Math.exp(-(3 * (seconds - since)) / (hours * HOUR)));
/** Begins again whenever the process does. */
export const restarting =
  (course: Course, everyDays: number): Course =>
  (seconds) =>
    course(seconds % (everyDays * DAY));

/** A walk that always comes back, the same in every run: sums of unrelated slow waves. */
export const drift =
  (deviation: number): Course =>
  (seconds) =>
    [1.7, 2.9, 4.3, 7.1].reduce(
      (sum, days, index) => sum + Math.sin((2 * Math.PI * seconds) / (days * DAY) + index * 2),
      0,
    ) *
    (deviation / Math.SQRT2);

export interface MemoryStory {
  readonly courses: readonly Course[];
  /** When the process started, at a time; 10 days before the story when left out. */
  readonly startedAt?: Course;
  readonly limitBytes?: number;
}

export function memorySeries(
  stories: Readonly<Record<string, MemoryStory>>,
  time: Duration,
  step: Duration,
): Record<string, string> {
  const seconds = Array.from(
    { length: secondsOf(time) / secondsOf(step) },
    (_, index) => index * secondsOf(step),
  );
  const series: Record<string, string> = {};
  for (const [instance, { courses, startedAt = () => -10 * DAY, limitBytes = LIMIT_BYTES }] of Object.entries(
    stories,
  )) {
    const of = `{job="gateway",instance="${instance}"}`;
    const used = seconds.map((at) => Math.round(MIB * courses.reduce((sum, course) => sum + course(at), 0)));
    series[`bot_container_memory_working_set_bytes${of}`] = used.join(' ');
    series[`bot_container_memory_limit_bytes${of}`] = `${limitBytes}x${seconds.length - 1}`;
    series[`process_start_time_seconds${of}`] = seconds.map(startedAt).join(' ');
  }
  return series;
}
