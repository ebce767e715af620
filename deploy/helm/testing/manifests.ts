import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';

import type { Manifest } from './helm.ts';

export function ofKind(manifests: readonly Manifest[], ...kinds: readonly string[]): Manifest[] {
  return manifests.filter(({ kind }) => kinds.includes(kind));
}

/** The one of that kind and name. @throws {RangeError} when there is none */
export function named(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) {
    const names = ofKind(manifests, kind).map(({ metadata }) => metadata.name);
    throw new RangeError(`there is no ${kind} ${name}; there are ${names.join(', ')}`);
  }
  return found;
}

export interface Workload {
  readonly manifest: Manifest;
  readonly selector: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly pod: PodSpec;
  readonly container: Container;
}

type PodSpec = NonNullable<IPodTemplateSpec['spec']>;
type Container = PodSpec['containers'][number];

/** StatefulSets and Deployments with the one container that each of ours has. */
export function workloads(manifests: readonly Manifest[]): Workload[] {
  return ofKind(manifests, 'StatefulSet', 'Deployment').map((manifest) => {
    const { selector, template } = manifest.spec as {
      selector: { matchLabels: Record<string, string> };
      template: IPodTemplateSpec;
    };
    const [container] = template.spec?.containers ?? [];
    if (!template.spec || !container) throw new RangeError(`${manifest.metadata.name} has no container`);
    return {
      manifest,
      selector: selector.matchLabels,
      labels: template.metadata?.labels ?? {},
      annotations: template.metadata?.annotations ?? {},
      pod: template.spec,
      container,
    };
  });
}

/** gateway, worker or exporter */
export function componentOf({ labels }: Pick<Workload, 'labels'>): string {
  return labels['app.kubernetes.io/component'] ?? '';
}

export function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Environment of a container: name -> value, or where it comes from. */
export function environmentOf({ container }: Workload): Record<string, string> {
  return Object.fromEntries(
    (container.env ?? []).map(({ name, value, valueFrom }) => [name, value ?? JSON.stringify(valueFrom)]),
  );
}
