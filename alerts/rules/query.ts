import { COMPONENTS, type Component, type Settings } from '../settings.ts';

/** `name{job="gateway",...}`: a metric of these components as the user's selectors narrow it. */
export function metric(
  { selectors }: Settings,
  name: string,
  components: Component | readonly Component[] = COMPONENTS,
  ...matchers: readonly string[]
): string {
  const jobs = [components].flat().flatMap((component) => selectors.jobs[component]);
  return `${name}{${[jobMatcher(jobs), ...place(selectors), ...matchers].join(',')}}`;
}

/** `name{...}` of one job of several. */
export function metricOfJob({ selectors }: Settings, name: string, job: string): string {
  return `${name}{${[jobMatcher([job]), ...place(selectors)].join(',')}}`;
}

/** A metric of the JetStream exporter. */
export function jetStreamMetric(settings: Settings, name: string, ...matchers: readonly string[]): string {
  const { consumers } = settings.selectors;
  return metric(settings, name, 'exporter', ...(consumers ? [consumers] : []), ...matchers);
}

/** A whole selector of the user's, or ours, with the matchers that every metric gets. */
export function narrowed({ selectors }: Settings, selector: string): string {
  const [, name = selector, own = ''] = /^([^{]+)\{(.*)\}$/.exec(selector) ?? [];
  const matchers = [own, ...place(selectors)].filter(Boolean).join(',');
  return matchers ? `${name}{${matchers}}` : name;
}

/** Label list for `by` and `on`: what tells one installation from another, then the given ones. */
export function by({ selectors }: Settings, ...labels: readonly string[]): string {
  return `(${[...new Set([...selectors.groupBy, 'namespace', ...labels])].join(', ')})`;
}

function place({ namespace, matchers }: Settings['selectors']): string[] {
  return [...(namespace ? [`namespace="${namespace}"`] : []), ...(matchers ? [matchers] : [])];
}

function jobMatcher(jobs: readonly string[]): string {
  const [first = '', ...others] = jobs;
  if (others.length === 0) return `job="${first}"`;
  // Twice escaped: as a regular expression, and inside of PromQL's quotes.
  const pattern = jobs.map((job) => job.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\\\$&')).join('|');
  return `job=~"${pattern}"`;
}
