import { beforeAll, describe, expect, test } from 'vitest';

import { render, type Manifest } from '../testing/helm.ts';
import { QUESTIONS } from '../testing/questions.ts';

/** Manifests with a fault in them: what is wrong, where, and what the question must say of it. */
interface Fault {
  readonly kind: string;
  /** Missing: the first of its kind. */
  readonly name?: string;
  readonly path: string;
  readonly value: unknown;
  readonly says: string;
}

const POD = 'spec.template.spec';
const CONTAINER = `${POD}.containers.0`;
const GATEWAY = { kind: 'StatefulSet', name: 'shardwatch-gateway' };
const WORKER = { kind: 'Deployment', name: 'shardwatch-moderation-worker' };
const SCALED = { kind: 'ScaledObject', name: 'shardwatch-moderation-worker' };
const NOBODY = { nobody: 'x' };
const TOO_LONG = 'x'.repeat(64);

/** One for each thing that a question can say, so that none of them is never said. */
const FAULTS: Readonly<Record<keyof typeof QUESTIONS, readonly Fault[]>> = {
  selectorsMatch: [
    { ...GATEWAY, path: 'spec.selector.matchLabels', value: NOBODY, says: 'does not select its own pods' },
    { ...WORKER, path: 'spec.selector.matchLabels', value: {}, says: 'selects pods of shardwatch-gateway' },
  ],
  servicesHavePods: [
    { kind: 'Service', path: 'spec.selector', value: NOBODY, says: 'has no pods' },
    { ...GATEWAY, path: `${CONTAINER}.ports.0.name`, value: 'web', says: 'is none of shardwatch-gateway' },
    {
      ...GATEWAY,
      path: `${CONTAINER}.ports.0.containerPort`,
      value: 1,
      says: 'is none of shardwatch-gateway',
    },
  ],
  everythingIsScrapedOnce: [
    { kind: 'ServiceMonitor', path: 'spec.endpoints.0.port', value: 'metrics', says: 'has no port metrics' },
    { kind: 'ServiceMonitor', path: 'spec.jobLabel', value: 'app.kubernetes.io/name', says: 'would be job' },
    { kind: 'ServiceMonitor', path: 'spec.selector.matchLabels', value: {}, says: 'services' },
    { kind: 'ServiceMonitor', path: 'spec.selector.matchLabels', value: NOBODY, says: 'is scraped 0 times' },
    {
      kind: 'ServiceMonitor',
      path: 'spec.namespaceSelector.matchNames',
      value: ['x'],
      says: 'selects 0 services',
    },
    { kind: 'Service', path: 'spec.selector', value: {}, says: 'is scraped 2 times' },
  ],
  budgetsMatch: [
    { kind: 'PodDisruptionBudget', path: 'spec.selector.matchLabels', value: NOBODY, says: '0 budgets for' },
    { kind: 'PodDisruptionBudget', path: 'spec.selector.matchLabels', value: {}, says: '2 budgets for' },
  ],
  podsAreSpread: [
    { ...GATEWAY, path: `${POD}.topologySpreadConstraints`, value: [], says: 'is not spread' },
    { ...WORKER, path: `${POD}.affinity`, value: {}, says: 'is not spread' },
    {
      ...WORKER,
      path: `${POD}.topologySpreadConstraints.0.labelSelector.matchLabels`,
      value: NOBODY,
      says: 'by the pods of something else',
    },
  ],
  serviceAccountsExist: [
    { ...GATEWAY, path: `${POD}.serviceAccountName`, value: 'nobody', says: 'runs as nobody' },
  ],
  secretsAreFiles: [
    { ...GATEWAY, path: `${POD}.volumes`, value: [], says: 'DISCORD_TOKEN_FILE is not mounted' },
    { ...GATEWAY, path: `${CONTAINER}.volumeMounts.0.mountPath`, value: '/x', says: 'is not mounted' },
    { ...WORKER, path: `${CONTAINER}.env`, value: [], says: 'nobody reads' },
  ],
  namesAreGood: [
    { ...GATEWAY, path: 'metadata.name', value: 'x'.repeat(53), says: 'the name is too long' },
    { ...WORKER, path: 'metadata.name', value: TOO_LONG, says: 'the name is too long' },
    { ...WORKER, path: 'metadata.labels.team', value: TOO_LONG, says: 'label' },
    { ...WORKER, path: 'metadata.name', value: 'shardwatch-voice-tracker', says: 'is there twice' },
  ],
  scaledObjectsScaleSomething: [
    { ...SCALED, path: 'spec.scaleTargetRef.name', value: 'nobody', says: 'scales nothing' },
    { ...SCALED, path: 'metadata.name', value: 'another', says: 'another has another name than its target' },
    { ...WORKER, path: 'spec.replicas', value: 1, says: 'helm upgrade would scale too' },
    { ...SCALED, path: 'spec.minReplicaCount', value: 0, says: 'may scale to nothing' },
    { ...SCALED, path: 'spec.maxReplicaCount', value: 0, says: 'may scale to nothing' },
  ],
  podsAreHardened: [
    { ...GATEWAY, path: `${POD}.securityContext.runAsNonRoot`, value: false, says: 'may run as root' },
    { ...GATEWAY, path: `${POD}.securityContext.runAsUser`, value: 'node', says: 'is not numeric' },
    { ...GATEWAY, path: `${POD}.securityContext.seccompProfile`, value: {}, says: 'no seccomp profile' },
    { ...GATEWAY, path: `${POD}.automountServiceAccountToken`, value: true, says: 'gets a token' },
    { ...GATEWAY, path: `${POD}.enableServiceLinks`, value: true, says: 'gets variables of services' },
    { ...GATEWAY, path: `${POD}.hostPID`, value: true, says: 'shares the host' },
    { ...GATEWAY, path: `${POD}.volumes`, value: [{ name: 'x', hostPath: {} }], says: 'mounts the host' },
    {
      ...WORKER,
      path: `${CONTAINER}.securityContext.readOnlyRootFilesystem`,
      value: false,
      says: 'can write',
    },
    { ...WORKER, path: `${CONTAINER}.securityContext.privileged`, value: true, says: 'may gain privileges' },
    { ...WORKER, path: `${CONTAINER}.securityContext.capabilities`, value: {}, says: 'keeps capabilities' },
    { ...WORKER, path: `${CONTAINER}.resources.requests`, value: {}, says: 'requests no cpu or memory' },
    { ...WORKER, path: `${CONTAINER}.resources.limits.memory`, value: '', says: 'has no limit' },
    { ...WORKER, path: `${CONTAINER}.env.0.valueFrom`, value: { secretKeyRef: {} }, says: 'has a secret' },
    { ...WORKER, path: `${CONTAINER}.livenessProbe`, value: undefined, says: 'is not probed' },
    { kind: 'Pod', path: 'spec.containers.0.image', value: 'shardwatch:latest', says: 'is not pinned' },
  ],
};

/** A copy with something changed deep inside of it. @throws {RangeError} there is no such manifest or place */
function withFault(manifests: readonly Manifest[], { kind, name, path, value }: Fault): Manifest[] {
  const copy = structuredClone(manifests) as Manifest[];
  const keys = path.split('.');
  let place: unknown = copy.find(
    (each) => each.kind === kind && (name ?? each.metadata.name) === each.metadata.name,
  );
  for (const key of keys.slice(0, -1)) place = (place as Record<string, unknown> | undefined)?.[key];
  if (typeof place !== 'object' || place === null) throw new RangeError(`${kind} ${name} has no ${path}`);
  (place as Record<string, unknown>)[keys.at(-1) ?? ''] = value;
  return copy;
}

let manifests: Manifest[];
beforeAll(async () => {
  manifests = await render({ values: { workerDefaults: { keda: { enabled: true } } } });
});

describe.for(Object.entries(FAULTS) as [keyof typeof QUESTIONS, Fault[]][])('%s', ([name, faults]) => {
  test('finds nothing wrong in what is right', () => {
    expect(QUESTIONS[name](manifests)).toEqual([]);
  });

  test.for(faults)('of $kind $name with another $path it says: $says', (fault) => {
    expect(QUESTIONS[name](withFault(manifests, fault)).join('\n')).toContain(fault.says);
  });
});
