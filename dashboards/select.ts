/**
 * Every selector is narrowed by the dashboard's variables. `=~` with `.*` matches series without a namespace
 * too: outside of Kubernetes there is none.
 */
const PLACE = 'namespace=~"$namespace"';

/** Of the processes that the job variable chooses. */
export const CHOSEN_JOBS = 'job=~"$job"';
/** Of those that the runtime dashboard's variables choose. */
export const CHOSEN_COMPONENTS = 'job=~"$component"';

/** `name{namespace, job, ...}` of the processes that the variables choose. */
export function select(name: string, ...matchers: readonly string[]): string {
  return `${name}{${[PLACE, CHOSEN_JOBS, ...matchers].join(',')}}`;
}

/** The same of what bears no job: alerts, and what rules have summed over jobs. */
export function selectAnyJob(name: string, ...matchers: readonly string[]): string {
  return `${name}{${[PLACE, ...matchers].join(',')}}`;
}

/** Per second, over the shortest time that still has enough samples. */
export function rate(selector: string): string {
  return `rate(${selector}[$__rate_interval])`;
}

/** How many were added between two points of a graph. */
export function increase(selector: string): string {
  return `increase(${selector}[$__rate_interval])`;
}

/** Of a histogram, with `by` as further labels to keep. */
export function quantile(share: number, histogram: string, by: readonly string[] = []): string {
  return `histogram_quantile(${share}, sum by (${['le', ...by].join(', ')}) (${rate(histogram)}))`;
}

/**
 * The series of `of` that were highest at some time of the range shown: the same ones at every point, so that
 * a graph has this many lines and no more, with one shard as with a thousand.
 * @param expr one series for each value of `by`
 * @param ranked what is ranked, over the whole range: `$__range` and `@ end()` belong in it
 */
export function highest(count: number, by: readonly string[], expr: string, ranked: string): string {
  return `${expr}\n${among(by, `topk(${count}, ${ranked})`)}`;
}

/** Narrows what stands before it to the series that are among `chosen`. */
export function among(by: readonly string[], chosen: string): string {
  return `and on (${by.join(', ')}) ${chosen}`;
}

/** The highest value of a gauge over the range shown, for `highest`. */
export function peak(selector: string): string {
  return `max_over_time(${selector}[$__range] @ end())`;
}

/** `name{...}` of the processes that the runtime dashboard's variables choose. */
export function selectInstance(name: string, ...matchers: readonly string[]): string {
  return selectAnyJob(name, CHOSEN_COMPONENTS, 'instance=~"$instance"', ...matchers);
}
