import { millis, type ConsumerInfo, type JetStreamManager, type NatsConnection } from 'nats';

import type { HealthCheck } from '../../../runtime/http.ts';
import type { Logger } from '../../../runtime/log.ts';
import { ensureConsumer } from '../../ensure-streams.ts';
import type { ConsumerDefinition } from '../../streams.ts';
import { ConsumerLoop, type LoopParts } from './consumer-loop.ts';
import type { NatsConnectionState } from '../../../runtime/nats/connection-state.ts';

export interface LoopsParts {
  readonly connection: NatsConnection;
  readonly state: NatsConnectionState;
  readonly manager: JetStreamManager;
  readonly onRenewal: (consumer: string) => void;
  readonly log: Logger;
}

/** All consumers of one process. */
export class ConsumerLoops {
  readonly #parts: LoopsParts;
  readonly #loops = new Map<string, ConsumerLoop>();
  #consuming = false;

  constructor(parts: LoopsParts) {
    this.#parts = parts;
    parts.state.onReconnect(() => {
      for (const loop of this.#loops.values()) loop.onReconnect();
    });
  }

  inFlight(consumer: string): number {
    return this.#loops.get(consumer)?.inFlight ?? 0;
  }

  /**
   * Creates the consumer where it is missing and prepares a loop for it.
   * @param handle gets the consumer as it is at the server, whose settings count.
   */
  async add(
    definition: ConsumerDefinition,
    concurrency: number,
    handle: (info: ConsumerInfo) => LoopParts['handle'],
  ): Promise<void> {
    const { connection, state, manager, onRenewal } = this.#parts;
    const { stream, durable_name: consumer } = definition;
    const log = this.#parts.log.child({ consumer });
    const ensure = async () => ensureConsumer(manager, definition, this.#parts.log);
    const info = await ensure();
    const loop = new ConsumerLoop({
      connection,
      connected: () => state.connected,
      stream,
      consumer,
      concurrency: allowed(info, concurrency),
      ackWaitMs: millis(info.config.ack_wait ?? definition.ack_wait),
      handle: handle(info),
      ensure,
      onRenewal: () => onRenewal(consumer),
      log,
    });
    this.#loops.set(consumer, loop);
  }

  start(): void {
    for (const loop of this.#loops.values()) loop.start();
    this.#consuming = true;
  }

  /** Resolves with the number of events that were not finished and will be delivered again. */
  async stop(handlersMs: number): Promise<number> {
    this.#consuming = false;
    const left = await Promise.all([...this.#loops.values()].map(async (loop) => loop.stop(handlersMs)));
    return left.reduce((sum, count) => sum + count, 0);
  }

  live(): HealthCheck {
    const problem = () => {
      for (const loop of this.#loops.values()) {
        const found = loop.problem();
        if (found) return found;
      }
      return undefined;
    };
    return { name: 'consumers', problem };
  }

  ready(): HealthCheck[] {
    const { state } = this.#parts;
    return [
      { name: 'nats', problem: () => (state.connected ? undefined : 'not connected to NATS') },
      { name: 'consuming', problem: () => (this.#consuming ? undefined : 'not consuming') },
    ];
  }
}

/** The server answers a request for more than the consumer's own limits with nothing. */
function allowed({ config }: ConsumerInfo, concurrency: number): number {
  const limits = [config.max_batch, config.max_ack_pending].filter((limit) => limit && limit > 0);
  return Math.min(concurrency, ...limits.map(Number));
}
