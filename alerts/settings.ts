import { THRESHOLDS, type AlertName, type Duration, type Thresholds } from './thresholds.ts';

/** Processes that Prometheus scrapes. */
export const COMPONENTS = ['gateway', 'worker', 'exporter'] as const;
export type Component = (typeof COMPONENTS)[number];

export interface MemorySelectors {
  /** Working set and limit in bytes: ours, or cAdvisor's and kube-state-metrics'. */
  readonly workingSet: string;
  readonly limit: string;
  /** Labels that tell one container from another and that both have. */
  readonly by: readonly string[];
}

export interface Selectors {
  /** Only this namespace; empty: any. */
  readonly namespace: string;
  /** Names of the scrape jobs. */
  readonly jobs: Readonly<Record<Component, readonly string[]>>;
  /** Matchers that every metric gets, such as `cluster="eu"`. */
  readonly matchers: string;
  /** Matchers of JetStream's metrics, such as `consumer_name!~"slow-.*"`. */
  readonly consumers: string;
  /** Labels beside `namespace` that tell one installation from another, such as `cluster`. */
  readonly groupBy: readonly string[];
  readonly memory: MemorySelectors;
}

/** Everything that users can change about the rules. */
export interface Settings {
  readonly thresholds: Thresholds;
  readonly selectors: Selectors;
  /** Alerts that are left out. */
  readonly disable: readonly AlertName[];
  /** Labels that every alert gets. */
  readonly labels: Readonly<Record<string, string>>;
  readonly links: {
    /** Where `<AlertName>.md` stand. */
    readonly runbooks: string;
    /** Address of Grafana. */
    readonly dashboards: string;
  };
  readonly prometheus: {
    readonly scrapeInterval: Duration;
    readonly evaluationInterval: Duration;
    readonly retention: Duration;
  };
}

export const DEFAULT_SETTINGS: Settings = {
  thresholds: THRESHOLDS,
  selectors: {
    namespace: '',
    jobs: { gateway: ['gateway'], worker: ['worker'], exporter: ['exporter'] },
    matchers: '',
    consumers: '',
    groupBy: [],
    memory: {
      workingSet: 'bot_container_memory_working_set_bytes',
      limit: 'bot_container_memory_limit_bytes',
      by: ['namespace', 'pod', 'container', 'job', 'instance'],
    },
  },
  disable: [],
  labels: {},
  links: {
    runbooks: 'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks',
    dashboards: 'http://localhost:3000',
  },
  prometheus: { scrapeInterval: '15s', evaluationInterval: '15s', retention: '15d' },
};
