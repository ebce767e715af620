import type { Manifest } from './helm.ts';
import { componentOf, ofKind, selects, workloads } from './manifests.ts';

type Labels = Readonly<Record<string, string>>;

/** A question about what is rendered: everything that is wrong, in words. */
export type Question = (manifests: readonly Manifest[]) => string[];

interface ServiceSpec {
  readonly selector: Labels;
  readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
}

/** Labels of pods agree with what is to select them, and no pod belongs to two of a kind. */
export const selectorsMatch: Question = (manifests) => {
  const pods = workloads(manifests);
  const faults = pods
    .filter(({ selector, labels }) => !selects(selector, labels))
    .map(({ manifest }) => `${manifest.metadata.name} does not select its own pods`);
  for (const one of pods) {
    const others = pods.filter((other) => other !== one && selects(one.selector, other.labels));
    faults.push(
      ...others.map(
        ({ manifest }) => `${one.manifest.metadata.name} selects pods of ${manifest.metadata.name}`,
      ),
    );
  }
  return faults;
};

export const servicesHavePods: Question = (manifests) =>
  ofKind(manifests, 'Service').flatMap(({ metadata, spec }) => {
    const { selector, ports } = spec as ServiceSpec;
    const pods = workloads(manifests).filter(({ labels }) => selects(selector, labels));
    if (pods.length === 0) return [`service ${metadata.name} has no pods`];
    return ports.flatMap(({ name, port, targetPort }) =>
      pods
        .filter(
          ({ container }) =>
            !container.ports?.some((each) => each.name === targetPort && each.containerPort === port),
        )
        .map((pod) => `port ${name} of service ${metadata.name} is none of ${pod.manifest.metadata.name}`),
    );
  });

/** Every process is scraped, once. */
export const everythingIsScrapedOnce: Question = (manifests) => {
  const monitors = ofKind(manifests, 'ServiceMonitor');
  const faults: string[] = [];
  const scrapes = new Map<string, number>();
  for (const { metadata, spec } of monitors) {
    const { selector, endpoints, jobLabel, namespaceSelector } = spec as {
      selector: { matchLabels: Labels };
      endpoints: { port: string }[];
      jobLabel: string;
      namespaceSelector: { matchNames: string[] };
    };
    const services = ofKind(manifests, 'Service').filter((service) => {
      const inPlace = namespaceSelector.matchNames.includes(service.metadata.namespace ?? '');
      return inPlace && selects(selector.matchLabels, service.metadata.labels ?? {});
    });
    if (services.length !== 1) faults.push(`${metadata.name} selects ${services.length} services`);
    for (const service of services) {
      const { ports, selector: podSelector } = service.spec as ServiceSpec;
      for (const { port } of endpoints)
        if (!ports.some(({ name }) => name === port))
          faults.push(`${service.metadata.name} has no port ${port}`);
      for (const pod of workloads(manifests).filter(({ labels }) => selects(podSelector, labels))) {
        const { name } = pod.manifest.metadata;
        scrapes.set(name, (scrapes.get(name) ?? 0) + 1);
        const job = service.metadata.labels?.[jobLabel];
        if (job !== componentOf(pod)) faults.push(`${name} would be job ${job}`);
      }
    }
  }
  if (monitors.length === 0) return faults;
  for (const pod of workloads(manifests)) {
    const times = scrapes.get(pod.manifest.metadata.name) ?? 0;
    if (times !== 1) faults.push(`${pod.manifest.metadata.name} is scraped ${times} times`);
  }
  return faults;
};

export const budgetsMatch: Question = (manifests) => {
  const budgets = ofKind(manifests, 'PodDisruptionBudget');
  if (budgets.length === 0) return [];
  return workloads(manifests).flatMap(({ manifest, labels }) => {
    const own = budgets.filter(({ spec }) =>
      selects((spec as { selector: { matchLabels: Labels } }).selector.matchLabels, labels),
    );
    // The eviction API refuses a pod that two of them select.
    return own.length === 1 ? [] : [`${own.length} budgets for ${manifest.metadata.name}`];
  });
};

/** Pods of one workload are spread, and by a selector that is about them. */
export const podsAreSpread: Question = (manifests) =>
  workloads(manifests).flatMap(({ manifest, pod, labels }) => {
    const spread = pod.topologySpreadConstraints ?? [];
    const apart = pod.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const selectors = [
      ...spread.map(({ labelSelector }) => labelSelector?.matchLabels),
      ...apart.map(({ podAffinityTerm }) => podAffinityTerm.labelSelector?.matchLabels),
    ];
    if (spread.length === 0 || apart.length === 0) return [`${manifest.metadata.name} is not spread`];
    return selectors
      .filter((selector) => !selector || !selects(selector, labels))
      .map(() => `${manifest.metadata.name} is spread by the pods of something else`);
  });

export const serviceAccountsExist: Question = (manifests) => {
  const made = ofKind(manifests, 'ServiceAccount').map(({ metadata }) => metadata.name);
  return workloads(manifests)
    .filter(({ pod }) => pod.serviceAccountName !== 'default' && !made.includes(pod.serviceAccountName ?? ''))
    .map(({ manifest }) => `${manifest.metadata.name} runs as nobody that there is`);
};

/** Files that variables name are mounted, by the secret that holds them. */
export const secretsAreFiles: Question = (manifests) =>
  workloads(manifests).flatMap(({ manifest, pod, container }) => {
    const { name } = manifest.metadata;
    const mount = container.volumeMounts?.find((each) => each.name === 'secrets');
    const sources = pod.volumes?.find((each) => each.name === 'secrets')?.projected?.sources ?? [];
    const files = sources.flatMap(({ secret }) =>
      (secret?.items ?? []).map(({ path }) => `${mount?.mountPath}/${path}`),
    );
    const named = (container.env ?? []).filter((each) => each.name.endsWith('_FILE'));
    return [
      ...named
        .filter(({ value }) => !files.includes(value ?? ''))
        .map((each) => `${name}: ${each.name} is not mounted`),
      ...files
        .filter((file) => !named.some(({ value }) => value === file))
        .map((file) => `${name}: nobody reads ${file}`),
    ];
  });

/** Names and labels are no longer than Kubernetes allows, and no two things have the same. */
export const namesAreGood: Question = (manifests) => {
  const seen = new Set<string>();
  return manifests.flatMap(({ kind, metadata }) => {
    const faults: string[] = [];
    // A StatefulSet's name is part of a label of its pods.
    const longest = kind === 'StatefulSet' ? 52 : 63;
    if (metadata.name.length > longest) faults.push(`${kind} ${metadata.name}: the name is too long`);
    for (const value of Object.values(metadata.labels ?? {}))
      if (value.length > 63) faults.push(`${kind} ${metadata.name}: label ${value} is too long`);
    const key = `${kind} ${metadata.namespace}/${metadata.name}`;
    if (seen.has(key)) faults.push(`${key} is there twice`);
    seen.add(key);
    return faults;
  });
};

export const scaledObjectsScaleSomething: Question = (manifests) =>
  ofKind(manifests, 'ScaledObject').flatMap(({ metadata, spec }) => {
    const { scaleTargetRef, minReplicaCount, maxReplicaCount } = spec as {
      scaleTargetRef: { name: string };
      minReplicaCount: number;
      maxReplicaCount: number;
    };
    const target = ofKind(manifests, 'Deployment').find((each) => each.metadata.name === scaleTargetRef.name);
    const faults: string[] = [];
    if (!target) faults.push(`${metadata.name} scales nothing`);
    // A runbook pauses it by the deployment's name.
    if (metadata.name !== scaleTargetRef.name)
      faults.push(`${metadata.name} has another name than its target`);
    if (target && 'replicas' in (target.spec as object))
      faults.push(`${metadata.name}: helm upgrade would scale too`);
    if (minReplicaCount < 1 || maxReplicaCount < minReplicaCount)
      faults.push(`${metadata.name} may scale to nothing`);
    return faults;
  });
