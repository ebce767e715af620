import { connect, type NatsConnection } from 'nats';

import { LocalProcess } from '../../deploy/local/process.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { createFindStored } from '../gateway/publish/find-stored.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';
import { scrape, type Scrape } from './scrape.ts';

/** Not a real token: the simulator takes exactly this one. */
export const TEST_TOKEN = 'test-token-for-the-simulator';

export interface PipelineOptions {
  readonly simulator?: Partial<SimulatorOptions>;
  readonly shardCount: number;
  readonly shardsPerProcess: number;
  readonly gatewayEnv?: Readonly<Record<string, string>>;
  /** What the gateway processes run; the sources by default. */
  readonly gatewayEntry?: string;
}

type Env = Readonly<Record<string, string>>;

/** The real thing in small: nats-server, simulator, and gateways as processes of their own. */
export class Pipeline implements AsyncDisposable {
  readonly nats: NatsServer;
  readonly simulator: Simulator;
  readonly gateways = new Map<number, GatewayProcess>();
  readonly #options: PipelineOptions;

  private constructor(options: PipelineOptions, nats: NatsServer, simulator: Simulator) {
    this.#options = options;
    this.nats = nats;
    this.simulator = simulator;
  }

  static async start(options: PipelineOptions): Promise<Pipeline> {
    const nats = await NatsServer.start();
    const simulator = await startSimulator({
      token: TEST_TOKEN,
      shards: options.shardCount,
      maxConcurrency: 16,
      heartbeatIntervalMs: 2_000,
      ...options.simulator,
    });
    return new Pipeline(options, nats, simulator);
  }

  get processEnv(): Env {
    return {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      NATS_URL: this.nats.url,
      DISCORD_TOKEN: TEST_TOKEN,
      DISCORD_API_URL: this.simulator.apiUrl,
    };
  }

  /** Starts gateway number `ordinal`, in place of one that ended. */
  startGateway(ordinal: number, env: Env = {}): GatewayProcess {
    const gateway = new GatewayProcess(
      ordinal,
      {
        ...this.processEnv,
        SHARD_ID: String(ordinal),
        SHARD_COUNT: String(this.#options.shardCount),
        SHARDS_PER_PROCESS: String(this.#options.shardsPerProcess),
        ...this.#options.gatewayEnv,
        ...env,
      },
      this.#options.gatewayEntry,
    );
    this.gateways.set(ordinal, gateway);
    return gateway;
  }

  async startAllGateways(): Promise<void> {
    const { shardCount, shardsPerProcess } = this.#options;
    const ordinals = Array.from({ length: Math.ceil(shardCount / shardsPerProcess) }, (_, index) => index);
    await Promise.all(ordinals.map(async (ordinal) => this.startGateway(ordinal).allReady()));
  }

  async connectNats(): Promise<NatsConnection> {
    return connect({ servers: this.nats.url });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.simulator.traffic.stop();
    await Promise.all([...this.gateways.values()].map(async (gateway) => gateway.process.stop()));
    await this.simulator.close();
    await this.nats[Symbol.asyncDispose]();
  }
}

/** One gateway process and what can be seen of it from outside. */
export class GatewayProcess {
  readonly ordinal: number;
  readonly process: LocalProcess;

  constructor(ordinal: number, env: Env, entry = 'bot/gateway/main.ts') {
    this.ordinal = ordinal;
    this.process = new LocalProcess({
      name: `gateway-${ordinal}`,
      command: process.execPath,
      args: [entry],
      env,
    });
  }

  async port(): Promise<number> {
    return this.process.waitForLine(portIn);
  }

  async scrape(): Promise<Scrape> {
    return scrape(await this.port());
  }

  /** Resolves once every shard that it owns is up. */
  async allReady(timeoutMs = 30_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const metrics = await this.scrape();
      const up = metrics.sum('discord_shard_up');
      if (up > 0 && up === metrics.sum('discord_shards_expected')) return;
      if (performance.now() > deadline)
        throw new Error(`${this.process.name}: ${up} up\n${this.process.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The port in a process's `http listening` line. */
export function portIn(line: string): number | undefined {
  if (!line.includes('"http listening"')) return undefined;
  return (JSON.parse(line) as { port: number }).port;
}

export interface Comparison {
  readonly dispatched: number;
  readonly stored: number;
  /** `<session>:<sequence>` of dispatches that are not in the stream. */
  readonly missing: string[];
  /** Ids that stand in the stream more than once. */
  readonly repeated: string[];
  /** Ids in the stream that Discord never sent. */
  readonly unknown: string[];
}

export type Compared = Pick<Pipeline, 'simulator' | 'connectNats'>;

/** Holds the simulator's ledger against DISCORD_EVENTS, message by message. */
export async function compareWithLedger(
  pipeline: Compared,
  which: (dispatch: { readonly sentAt?: number | undefined }) => boolean = () => true,
): Promise<Comparison> {
  const connection = await pipeline.connectNats();
  try {
    const counts = new Map<string, number>();
    await createFindStored(connection.jetstream())(0, (id) => {
      counts.set(id, (counts.get(id) ?? 0) + 1);
      return false;
    });
    const known = new Set<string>();
    const missing: string[] = [];
    for (const dispatch of pipeline.simulator.ledger.dispatches()) {
      const id = `${dispatch.sessionId}:${dispatch.sequence}`;
      known.add(id);
      if (which(dispatch) && !counts.has(id)) missing.push(id);
    }
    return {
      dispatched: known.size,
      stored: counts.size,
      missing,
      repeated: [...counts].filter(([, count]) => count > 1).map(([id]) => id),
      unknown: [...counts.keys()].filter((id) => !known.has(id)),
    };
  } finally {
    await connection.close();
  }
}

/** Resolves once the stream holds all that the ledger names, or rejects with what is missing. */
export async function allStored(pipeline: Compared, timeoutMs = 30_000): Promise<Comparison> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const comparison = await compareWithLedger(pipeline);
    if (comparison.missing.length === 0 || performance.now() > deadline) return comparison;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
