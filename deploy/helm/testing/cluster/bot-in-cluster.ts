import { join } from 'node:path';

import { connect, type NatsConnection } from 'nats';

import { FAKE_TOKEN } from '../../../../bot/simulator/options.ts';
import { messageOf } from '../../../../runtime/errors.ts';
import { buildServiceImages } from '../../../docker/testing/service-images.ts';
import { SimulatedDiscord } from '../../../docker/testing/simulated-discord.ts';
import { goModuleFolder } from '../../../local/tools/go-module.ts';
import { OPERATOR_MODULE } from '../../../local/tools/kubernetes-tools.ts';
import { CHART } from '../helm.ts';
import { Cluster } from './cluster.ts';
import { buildClusterImages, type BuildMore } from './images.ts';
import { openDoor, type Door } from './door.ts';
import { containerProcesses } from './container-processes.ts';
import { clusterPrograms } from './programs.ts';

export const RELEASE = 'shardwatch';
const NAMESPACE = 'bots';
const SIMULATOR_SETTINGS = [
  'SIMULATOR_RATE=0',
  'SIMULATOR_LEDGER=full',
  'SIMULATOR_SESSION_TIMEOUT_MS=600000',
];
const PATIENCE = '--timeout=5m';
export const SHARDS = 4;
const OPTIONS = ['--namespace', NAMESPACE, '--wait', PATIENCE];
const OURS = 'app.kubernetes.io/name=shardwatch';

/** What is installed, and what has to be there before. */
export interface Installation {
  /** A folder. */
  readonly chart: string;
  readonly values: object;
  /** What the namespace asks of pods: https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
  readonly podSecurity: 'restricted' | 'privileged';
  /** Images beside those of the bot and the simulator. */
  readonly images: BuildMore;
  readonly prepare: (cluster: Cluster, namespace: string) => Promise<void>;
}

/** Of the chart: Discord is played by the simulator, and images are those of the test. */
export const BOT_VALUES = {
  image: { repository: 'shardwatch' },
  discord: { apiUrl: 'http://simulator:8700/api' },
  gateway: { replicas: 2, shardCount: SHARDS, shardsPerProcess: 2 },
  networkPolicy: { simulatorPorts: [8_700, 8_701], internetTo: [{ podSelector: {} }] },
};

/** The chart alone, beside a NATS and the operator's CRDs. */
export const CHART_ALONE: Installation = {
  chart: CHART,
  values: BOT_VALUES,
  podSecurity: 'restricted',
  images: async (docker) => Object.values(await buildServiceImages(docker, ['NATS_IMAGE'])),
  prepare: async (cluster, namespace) => {
    const operator = await goModuleFolder(OPERATOR_MODULE.module, OPERATOR_MODULE.version);
    const crds = join(operator, 'example', 'prometheus-operator-crd');
    await cluster.kubectl('apply', '--server-side', '--filename', crds);
    const nats = join(import.meta.dirname, 'nats.yaml');
    await cluster.kubectl('--namespace', namespace, 'apply', '--filename', nats);
    await cluster.kubectl('--namespace', namespace, 'rollout', 'status', 'statefulset/nats', PATIENCE);
  },
};

export interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly ready: boolean; readonly restartCount: number }[];
  };
}

/** The chart, installed as a user does it, in a namespace that takes only pods without privileges. */
export class BotInCluster implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly connection: NatsConnection;
  readonly discord: SimulatedDiscord;

  readonly #installation: Installation;

  private constructor(
    installation: Installation,
    cluster: Cluster,
    connection: NatsConnection,
    discord: SimulatedDiscord,
  ) {
    this.#installation = installation;
    this.cluster = cluster;
    this.connection = connection;
    this.discord = discord;
  }

  static async install(installation: Installation, log: (line: string) => void): Promise<BotInCluster> {
    const programs = await clusterPrograms(log);
    await using starting = new AsyncDisposableStack();
    const cluster = starting.use(await Cluster.start(programs));
    log('the node is ready');
    await buildClusterImages(programs, cluster, installation.images);
    log('images are built');
    await prepare(cluster, installation);
    await cluster.helm(['install', RELEASE, installation.chart, ...OPTIONS], installation.values);
    log('the chart is installed');
    const simulator = await openDoor(cluster, NAMESPACE, { name: 'simulator', port: 8_700 });
    const nats = await openDoor(cluster, NAMESPACE, { name: 'nats', port: 4_222 });
    const connection = await connect({ servers: nats, maxReconnectAttempts: -1, reconnectTimeWait: 500 });
    starting.move();
    return new BotInCluster(installation, cluster, connection, new SimulatedDiscord(simulator, connection));
  }

  /** `helm upgrade`, to its end: every new pod is ready. */
  async upgrade(values: object): Promise<void> {
    const { chart, values: installed } = this.#installation;
    await this.cluster.helm(['upgrade', RELEASE, chart, ...OPTIONS], { ...installed, ...values });
  }

  async kubectl(...args: readonly string[]): Promise<string> {
    return this.cluster.kubectl('--namespace', NAMESPACE, ...args);
  }

  /** `gateway`, `worker` or `exporter`; those that are ending count too. */
  async pods(component: string): Promise<Pod[]> {
    const selector = `app.kubernetes.io/component=${component}`;
    const output = await this.kubectl('get', 'pods', '--selector', selector, '--output', 'json');
    return (JSON.parse(output) as { items: Pod[] }).items;
  }

  /** @returns `host:port` on this machine, behind which the pods of an application are */
  async open(door: Door): Promise<string> {
    return openDoor(this.cluster, NAMESPACE, door);
  }

  /** What a pod answers to a scrape. */
  async metrics(pod: string, port: number): Promise<string> {
    return this.cluster.kubectl(
      'get',
      '--raw',
      `/api/v1/namespaces/${NAMESPACE}/pods/${pod}:${port}/proxy/metrics`,
    );
  }

  /** Waits until each workload has what its newest template says. */
  async rolledOut(): Promise<void> {
    const workloads = await this.kubectl(
      'get',
      'statefulset,deployment',
      '--selector',
      OURS,
      '--output',
      'name',
    );
    for (const workload of workloads.split('\n')) await this.kubectl('rollout', 'status', workload, PATIENCE);
  }

  /** SIGKILL for every process of a pod, as the kernel does it when memory runs out. */
  async kill(pod: string): Promise<void> {
    const uid = await this.kubectl('get', 'pod', pod, '--output', 'jsonpath={.metadata.uid}');
    for (const pid of await containerProcesses(uid)) process.kill(pid, 'SIGKILL');
  }

  async deleteByForce(pod: string): Promise<void> {
    await this.kubectl('delete', 'pod', pod, '--grace-period=0', '--force');
  }

  /** As a drained node does. @returns why the API server refuses it, undefined: the pod goes */
  async evict(name: string): Promise<string | undefined> {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } };
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`;
    const file = await this.cluster.write(eviction);
    try {
      await this.cluster.kubectl('create', '--raw', path, '--filename', file);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** @returns what helm wrote */
  async helm(...args: readonly string[]): Promise<string> {
    return this.cluster.helm([...args, '--namespace', NAMESPACE]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
    await this.cluster[Symbol.asyncDispose]();
  }
}

/** A namespace with the token and, here, Discord; then what else has to be there. */
async function prepare(cluster: Cluster, installation: Installation): Promise<void> {
  await cluster.kubectl('create', 'namespace', NAMESPACE);
  const level = `pod-security.kubernetes.io/enforce=${installation.podSecurity}`;
  await cluster.kubectl('label', 'namespace', NAMESPACE, level);
  const kubectl = async (...args: string[]) => cluster.kubectl('--namespace', NAMESPACE, ...args);
  await kubectl('apply', '--filename', join(CHART, '..', 'simulator.yaml'));
  // The test says when something happens, needs to know of all that did, and takes gateways away until a page comes,
  // which may be longer than sessions are kept by default.
  await kubectl('set', 'env', 'deployment/simulator', ...SIMULATOR_SETTINGS);
  await kubectl('create', 'secret', 'generic', 'shardwatch-discord', `--from-literal=token=${FAKE_TOKEN}`);
  await kubectl('rollout', 'status', 'deployment/simulator', PATIENCE);
  await installation.prepare(cluster, NAMESPACE);
}
