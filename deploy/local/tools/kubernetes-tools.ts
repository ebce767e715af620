import type { GoModule, Tool } from './tool.ts';

/** The release of the kubectl that the tests use; its libraries are v0.36.3. */
const KUBERNETES_VERSION = '1.36.3';
const ETCD_VERSION = '3.6.16';
const COREDNS_VERSION = '1.12.4';
/** The one that the umbrella chart's kube-prometheus-stack brings. */
const OPERATOR_VERSION = '0.93.1';
/** From here on a consumer that is not there is no backlog. */
const KEDA_VERSION = '2.20.0';

/** Its CRDs are among its files. */
export const OPERATOR_MODULE = {
  module: 'github.com/prometheus-operator/prometheus-operator',
  version: `v${OPERATOR_VERSION}`,
};

/** Its CRDs, roles and services are among its files. */
export const KEDA_MODULE = {
  module: 'github.com/kedacore/keda/v2',
  version: `v${KEDA_VERSION}`,
};

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
  'prometheus-operator': operatorTool('prometheus-operator', 'cmd/operator', 'PROMETHEUS_OPERATOR'),
  'prometheus-config-reloader': operatorTool(
    'prometheus-config-reloader',
    'cmd/prometheus-config-reloader',
    'PROMETHEUS_CONFIG_RELOADER',
  ),
  'keda-operator': kedaTool('operator', 'KEDA_OPERATOR'),
  'keda-adapter': kedaTool('adapter', 'KEDA_ADAPTER'),
  'keda-webhooks': kedaTool('webhooks', 'KEDA_WEBHOOKS'),
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

function operatorTool(program: string, folder: string, variable: string) {
  const goModule: GoModule = {
    ...OPERATOR_MODULE,
    package: folder,
    releaseVariable: { name: 'github.com/prometheus/common/version.Version', value: OPERATOR_VERSION },
  };
  return {
    ...ONLY_BUILT,
    programs: [program],
    variable,
    versionArgs: ['--version'],
    minVersion: OPERATOR_VERSION,
    goModule,
    page: 'https://github.com/prometheus-operator/prometheus-operator/releases',
  } as const;
}

function kedaTool(part: string, variable: string) {
  const goModule: GoModule = {
    ...KEDA_MODULE,
    package: `cmd/${part}`,
    replaces: true,
    releaseVariable: { name: `${KEDA_MODULE.module}/version.Version`, value: KEDA_VERSION },
  };
  return {
    ...ONLY_BUILT,
    programs: [`keda-${part}`],
    variable,
    versionArgs: undefined,
    minVersion: KEDA_VERSION,
    goModule,
    page: 'https://github.com/kedacore/keda/releases',
  } as const;
}
