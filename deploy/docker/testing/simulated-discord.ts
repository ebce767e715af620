import type { NatsConnection } from 'nats';

import type { SimulatorStatus } from '../../../bot/simulator/status.ts';
import { CONSUMERS, DEAD_STREAM } from '../../../bot/streams.ts';
import { CodedError } from '../../../runtime/errors.ts';
import { checkLedger, type Comparison } from '../../local/demo/ledger-check.ts';
import { until } from './until.ts';

const SENT_WITHIN_MS = 60_000;
const STORED_WITHIN_MS = 60_000;
/** Longer than the longest ack wait: what a worker that is gone had in hand is delivered again. */
const HANDLED_WITHIN_MS = 180_000;

export interface Settled extends Comparison {
  /** Dead letters: what nobody could handle. */
  readonly dead: number;
}

/** What `settle` tells where each event is stored once and handled. */
export const NOTHING_LOST = { missing: [], repeated: [], dead: 0 };

/** The simulator of an installation, with its ledger and where the ledger's events should be. */
export class SimulatedDiscord {
  readonly #address: string;
  readonly #connection: NatsConnection;

  /** @param address `host:port` of its control API */
  constructor(address: string, connection: NatsConnection) {
    this.#address = address;
    this.#connection = connection;
  }

  async status(): Promise<SimulatorStatus> {
    return (await this.#ask('/control/status')) as SimulatorStatus;
  }

  async connectedShards(): Promise<number> {
    return (await this.status()).shards.filter(({ state }) => state === 'connected').length;
  }

  /** @returns how long that took, in milliseconds */
  async allConnected(shards: number, timeoutMs: number): Promise<number> {
    const all = async () => (await this.connectedShards()) === shards;
    return until('every shard is connected', timeoutMs, all);
  }

  /** @param settings of `POST /control/traffic` */
  async traffic(eventsPerSecond: number, settings: object = {}): Promise<void> {
    await this.#ask('/control/traffic', { ...settings, eventsPerSecond });
  }

  /** Answers each REST request later, so that who handles an event is busy for longer. */
  async slowRest(delayMs: number): Promise<void> {
    await this.#ask('/control/faults', { fault: 'slowRest', delayMs });
  }

  /** Ends the traffic and waits until all that was sent is stored and handled, as far as it ever will be. */
  async settle(): Promise<Settled> {
    await this.traffic(0);
    await until('all is sent', SENT_WITHIN_MS, async () => (await this.status()).counts.buffered === 0);
    // What a RESUME replays is still on its way when the shard is connected.
    const compare = async () => checkLedger(this.#address, this.#connection);
    const missing = async () => `missing: ${(await compare()).missing.length}`;
    await until(
      'all is stored',
      STORED_WITHIN_MS,
      async () => (await compare()).missing.length === 0,
      missing,
    );
    const backlog = async () => this.#backlog();
    await until('all is handled', HANDLED_WITHIN_MS, async () => (await backlog()) === '', backlog);
    const { streams } = await this.#connection.jetstreamManager();
    return { ...(await compare()), dead: (await streams.info(DEAD_STREAM)).state.messages };
  }

  async #backlog(): Promise<string> {
    const { consumers } = await this.#connection.jetstreamManager();
    const waiting: string[] = [];
    for (const { durable_name: name, stream } of Object.values(CONSUMERS)) {
      const { num_pending, num_ack_pending } = await consumers.info(stream, name);
      if (num_pending + num_ack_pending > 0) waiting.push(`${name} ${num_pending}+${num_ack_pending}`);
    }
    return waiting.join(', ');
  }

  async #ask(path: string, body?: unknown): Promise<unknown> {
    const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`http://${this.#address}${path}`, request);
    if (!response.ok) throw new CodedError('SIMULATOR_REFUSED', `${path}: ${response.status}`);
    return response.json();
  }
}
