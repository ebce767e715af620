import { CodedError } from '../../../runtime/errors.ts';

/** @param address `host:port` @param path below `/api/v1/` */
export async function askPrometheus<T>(address: string, path: string): Promise<T> {
  const response = await fetch(`http://${address}/api/v1/${path}`);
  if (!response.ok) throw new CodedError('PROMETHEUS_REFUSED', `${path}: ${response.status}`);
  return ((await response.json()) as { data: T }).data;
}

/** "exporter up, gateway up, gateway down": the job and health of every target, sorted. */
export async function scrapedTargets(address: string): Promise<string> {
  type Targets = { activeTargets: { labels: { job: string }; health: string }[] };
  const { activeTargets } = await askPrometheus<Targets>(address, 'targets?state=active');
  const seen = activeTargets.map(({ labels, health }) => `${labels.job} ${health}`);
  return seen.toSorted((a, b) => a.localeCompare(b)).join(', ');
}
