/** One program that the demo or a test starts, and where it comes from. */
export interface Tool {
  /** File names that it goes by: Debian calls Alertmanager prometheus-alertmanager. */
  readonly programs: readonly string[];
  /** Environment variable that names its path. */
  readonly variable: string;
  readonly versionArgs: readonly string[];
  /** The oldest version that serves; an older one is passed over. */
  readonly minVersion: string;
  /** Folders beside PATH, as glob patterns below `/`. */
  readonly folders: readonly string[];
  /** Undefined where Debian has none. */
  readonly debianPackage: string | undefined;
  /** Where Debian's program looks for files of its own, wherever it was unpacked. */
  readonly debianFolder?: string;
  readonly goModule: GoModule | undefined;
  /** How to get it by hand. */
  readonly brew: string | undefined;
  readonly dnf: string | undefined;
  readonly page: string;
}

export interface GoModule {
  readonly module: string;
  /** The package below the module that is the program, '' for the module itself. */
  readonly package: string;
  /** Pinned, so that everybody gets the same. */
  readonly version: string;
  /** A variable that the linker sets to the release, where the program would not know it. */
  readonly releaseVariable: { readonly name: string; readonly value: string } | undefined;
  /** Embedded by the program, made by its release build and not in the module. */
  readonly missingFile?: MissingFile;
}

export interface MissingFile {
  /** Below the module. */
  readonly path: string;
  readonly text: string;
}

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
