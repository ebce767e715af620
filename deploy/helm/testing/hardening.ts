import type { Question } from './semantics.ts';
import { ofKind } from './manifests.ts';
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec';

type PodSpec = NonNullable<IPodTemplateSpec['spec']>;

/** What kube-linter asks of every pod by default, and what we ask beside that. */
export const podsAreHardened: Question = (manifests) => {
  const pods = [
    ...ofKind(manifests, 'StatefulSet', 'Deployment').map(({ metadata, spec }) => ({
      name: metadata.name,
      pod: (spec as { template: { spec: PodSpec } }).template.spec,
      isService: true,
    })),
    ...ofKind(manifests, 'Pod').map(({ metadata, spec }) => ({
      name: metadata.name,
      pod: spec as PodSpec,
      isService: false,
    })),
  ];
  return pods.flatMap(({ name, pod, isService }) => [
    ...podFaults(pod).map((fault) => `${name}: ${fault}`),
    ...pod.containers.flatMap((container) =>
      containerFaults(container, isService).map((fault) => `${name}: ${fault}`),
    ),
  ]);
};

function podFaults(pod: PodSpec): string[] {
  return failed([
    [pod.securityContext?.runAsNonRoot === true, 'may run as root'],
    [(pod.securityContext?.runAsUser ?? 0) > 0, 'its user is not numeric, which kubelet cannot verify'],
    [pod.securityContext?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile'],
    [pod.automountServiceAccountToken === false, 'gets a token for the API server'],
    [pod.enableServiceLinks === false, 'gets variables of services'],
    [!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, 'shares the host'],
    [!(pod.volumes ?? []).some(({ hostPath }) => hostPath), 'mounts the host'],
  ]);
}

function containerFaults(container: PodSpec['containers'][number], isService: boolean): string[] {
  const { securityContext: context, resources, image = '', env = [] } = container;
  const has = (kind: 'requests' | 'limits', what: string) => Boolean(resources?.[kind]?.[what]);
  return failed([
    [context?.readOnlyRootFilesystem === true, 'can write its root file system'],
    [context?.allowPrivilegeEscalation === false && context.privileged === false, 'may gain privileges'],
    [context?.capabilities?.drop?.includes('ALL') === true, 'keeps capabilities'],
    [has('requests', 'cpu') && has('requests', 'memory'), 'requests no cpu or memory'],
    [has('limits', 'cpu') && has('limits', 'memory'), 'has no limit of cpu or memory'],
    [
      /@sha256:[0-9a-f]{64}$|:[\w.-]+$/.test(image) && !image.endsWith(':latest'),
      `image ${image} is not pinned`,
    ],
    [!env.some(({ valueFrom }) => valueFrom?.secretKeyRef), 'has a secret in its environment'],
    [!isService || Boolean(container.livenessProbe && container.readinessProbe), 'is not probed'],
  ]);
}

function failed(checks: readonly (readonly [boolean, string])[]): string[] {
  return checks.filter(([good]) => !good).map(([, fault]) => fault);
}
