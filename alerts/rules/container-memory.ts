import type { Settings } from '../settings.ts';
import { by, narrowed } from './query.ts';

/** How descriptions name a container: by its pod on Kubernetes, by its address elsewhere. */
export const CONTAINER_TEXT =
  '{{ with $labels.pod }}Pod {{ . }}{{ else }}Instance {{ $labels.instance }}{{ end }}{{ with $labels.job }} of job {{ . }}{{ end }}';

export const CONTAINER_DASHBOARD = {
  uid: 'runtime',
  variables: { component: 'job', instance: 'instance' },
} as const;

/** Labels that tell one container from another. */
export function ofContainer(settings: Settings): string {
  return by(settings, ...settings.selectors.memory.by);
}

/** Working set in bytes, one series a container. */
export function workingSet(settings: Settings): string {
  return `max by ${ofContainer(settings)} (${narrowed(settings, settings.selectors.memory.workingSet)})`;
}

/** Limit in bytes; none where there is none, which some kernels and exporters show as 0. */
export function memoryLimit(settings: Settings): string {
  return `(max by ${ofContainer(settings)} (${narrowed(settings, settings.selectors.memory.limit)}) > 0)`;
}
