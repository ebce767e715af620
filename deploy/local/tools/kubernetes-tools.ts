import type { GoModule, Tool } from './tool.ts';

/** The release of the kubectl that the tests use; its libraries are v0.36.3. */
const KUBERNETES_VERSION = '1.36.3';
const ETCD_VERSION = '3.6.16';
const COREDNS_VERSION = '1.12.4';

const ONLY_BUILT = {
  folders: [],
  debianPackage: undefined,
  brew: undefined,
  dnf: undefined,
} as const;

/** What a cluster is made of, where Go can build it. */
export const KUBERNETES_TOOLS = {
  etcd: {
    ...ONLY_BUILT,
    programs: ['etcd'],
    variable: 'ETCD',
    versionArgs: ['--version'],
    minVersion: '3.6.0',
    goModule: {
      module: 'go.etcd.io/etcd/server/v3',
      package: '',
      version: `v${ETCD_VERSION}`,
      releaseVariable: undefined,
    },
    page: 'https://etcd.io/docs/latest/install/',
  },
  'kube-apiserver': kubernetesTool('kube-apiserver', 'KUBE_APISERVER'),
  'kube-controller-manager': kubernetesTool('kube-controller-manager', 'KUBE_CONTROLLER_MANAGER'),
  'kube-scheduler': kubernetesTool('kube-scheduler', 'KUBE_SCHEDULER'),
  'kube-proxy': kubernetesTool('kube-proxy', 'KUBE_PROXY'),
  kubelet: kubernetesTool('kubelet', 'KUBELET'),
  coredns: {
    ...ONLY_BUILT,
    programs: ['coredns'],
    variable: 'COREDNS',
    versionArgs: ['-version'],
    minVersion: COREDNS_VERSION,
    goModule: {
      module: 'github.com/coredns/coredns',
      package: '',
      version: `v${COREDNS_VERSION}`,
      releaseVariable: undefined,
    },
    page: 'https://coredns.io/manual/installation/',
  },
} as const satisfies Record<string, Tool>;

function kubernetesTool(program: string, variable: string) {
  const goModule: GoModule = {
    module: 'k8s.io/kubernetes',
    package: `cmd/${program}`,
    version: `v${KUBERNETES_VERSION}`,
    staging: `v0${KUBERNETES_VERSION.slice(KUBERNETES_VERSION.indexOf('.'))}`,
    releaseVariable: { name: 'k8s.io/component-base/version.gitVersion', value: `v${KUBERNETES_VERSION}` },
  };
  return {
    ...ONLY_BUILT,
    programs: [program],
    variable,
    versionArgs: ['--version'],
    minVersion: KUBERNETES_VERSION,
    goModule,
    page: 'https://kubernetes.io/releases/download/',
  } as const;
}
