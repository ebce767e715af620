import { setTimeout as sleep } from 'node:timers/promises';

import type { BotInCluster } from './bot-in-cluster.ts';
import { RELEASE } from './bot-in-cluster.ts';

const POLL_MS = 500;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

interface Status {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly health?: Readonly<Record<string, { readonly numberOfFailures?: number }>>;
  };
}

interface Deployment {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly replicas: number };
  readonly status: { readonly availableReplicas?: number };
}

/** The pods that each worker is to have, by the worker's name. */
export async function replicasOfWorkers(bot: BotInCluster): Promise<Record<string, number>> {
  const found = await deployments(bot);
  return Object.fromEntries(
    found.map(({ metadata, spec }) => [metadata.name.slice(`${RELEASE}-`.length), spec.replicas]),
  );
}

/** Condition of the ScaledObject of a worker, or of the autoscaler that KEDA made of it. */
export async function conditionOf(
  bot: BotInCluster,
  kind: 'scaledobject' | 'hpa',
  worker: string,
  type: string,
): Promise<Condition | undefined> {
  const name = kind === 'hpa' ? `keda-hpa-${RELEASE}-${worker}` : `${RELEASE}-${worker}`;
  const output = await bot.kubectl('get', kind, name, '--output', 'json');
  return (JSON.parse(output) as Status).status?.conditions?.find((each) => each.type === type);
}

/** How often in a row KEDA could not ask NATS. */
export async function failuresOf(bot: BotInCluster, worker: string): Promise<number> {
  const output = await bot.kubectl('get', 'scaledobject', `${RELEASE}-${worker}`, '--output', 'json');
  const health = Object.values((JSON.parse(output) as Status).status?.health ?? {});
  return Math.max(0, ...health.map(({ numberOfFailures = 0 }) => numberOfFailures));
}

/** Watches how many pods a worker is to have, and how many are available. */
export class ReplicaHistory implements AsyncDisposable {
  /** Each number that came after another one, and when, in milliseconds of `performance.now()`. */
  readonly changes: { readonly replicas: number; readonly atMs: number }[] = [];
  fewestAvailable = Infinity;
  readonly #ended = new AbortController();
  readonly #watching: Promise<void>;

  constructor(bot: BotInCluster, worker: string) {
    this.#watching = this.#watch(bot, `${RELEASE}-${worker}`);
  }

  get replicas(): number[] {
    return this.changes.map(({ replicas }) => replicas);
  }

  /** @throws {CodedError} the cluster could not be asked */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#watching;
  }

  async #watch(bot: BotInCluster, name: string): Promise<void> {
    while (!this.#ended.signal.aborted) {
      const deployment = (await deployments(bot)).find(({ metadata }) => metadata.name === name);
      const replicas = deployment?.spec.replicas ?? 0;
      if (this.changes.at(-1)?.replicas !== replicas)
        this.changes.push({ replicas, atMs: performance.now() });
      this.fewestAvailable = Math.min(this.fewestAvailable, deployment?.status.availableReplicas ?? 0);
      await sleep(POLL_MS);
    }
  }
}

async function deployments(bot: BotInCluster): Promise<Deployment[]> {
  const selector = 'app.kubernetes.io/component=worker';
  const output = await bot.kubectl('get', 'deployments', '--selector', selector, '--output', 'json');
  return (JSON.parse(output) as { items: Deployment[] }).items;
}
