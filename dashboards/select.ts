/**
 * Every selector is narrowed by the dashboard's variables. `=~` with `.*` matches series without a namespace
 * too: outside of Kubernetes there is none.
 */
const PLACE = 'namespace=~"$namespace"';

/** Of the processes that the job variable chooses. */
export const CHOSEN_JOBS = 'job=~"$job"';
/** Of those that the runtime dashboard's variables choose. */
export const CHOSEN_COMPONENTS = 'job=~"$component"';

/**
 * What tells one bot from another in a Prometheus that sees several. The alerts keep them apart by it too;
 * `tellApartBy` adds the user's own labels to it.
 */
export const BOT = 'namespace';
/** In legends: which bot, where several are looked at; nothing where there is only one. */
export const IN_BOT = '${in_bot}';

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

/** Grouping by what a line or row is about: shard 0 of one bot is not shard 0 of another. */
export function by(...labels: readonly string[]): string {
  return `by ${listOf(labels)}`;
}

/**
 * Of a histogram, the worst of those that `labels` tell apart: a quiet bot in trouble is not hidden by a busy
 * one that is well.
 */
export function worstQuantile(share: number, histogram: string, ...labels: readonly string[]): string {
  return `max(histogram_quantile(${share}, sum ${by(...labels, 'le')} (${rate(histogram)})))`;
}

/**
 * The series of `of` that were highest at some time of the range shown: the same ones at every point, so that
 * a graph has this many lines and no more, with one shard as with a thousand.
 * @param labels what a series is about, beside its bot
 * @param expr one series for each
 * @param ranked what is ranked, over the whole range: `$__range` and `@ end()` belong in it
 */
export function highest(count: number, labels: readonly string[], expr: string, ranked: string): string {
  return `${expr}\n${among(labels, `topk(${count}, ${ranked})`)}`;
}

/** Narrows what stands before it to the series that are among `chosen`. */
export function among(labels: readonly string[], chosen: string): string {
  return `and ${on(...labels)} ${chosen}`;
}

/** Matching of series that are about the same thing of the same bot. */
export function on(...labels: readonly string[]): string {
  return `on ${listOf(labels)}`;
}

function listOf(labels: readonly string[]): string {
  return `(${[BOT, ...labels].join(', ')})`;
}

/** The highest value of a gauge over the range shown, for `highest`. */
export function peak(selector: string): string {
  return `max_over_time(${selector}[$__range] @ end())`;
}

/** `name{...}` of the processes that the runtime dashboard's variables choose. */
export function selectInstance(name: string, ...matchers: readonly string[]): string {
  return selectAnyJob(name, CHOSEN_COMPONENTS, 'instance=~"$instance"', ...matchers);
}
