import type { Msg } from 'nats';

import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Telemetry, TraceSpan } from '../../../runtime/telemetry/telemetry.ts';
import type { PayloadBucket } from '../../payload-bucket.ts';
import type { DeadLetters } from '../dead/dead-letters.ts';
import type { Handler } from '../handler.ts';
import { RetryLater } from '../outcome-errors.ts';
import { backoffMs, verdictOf, type HandlerResult, type Verdict } from '../verdict.ts';
import type { WorkerMetrics } from '../worker-metrics.ts';
import type { DeliveryInfo } from '../../../runtime/nats/ack-subject.ts';
import { acknowledge, negativeAcknowledge, terminate } from './delivery.ts';
import { EventContext, type SharedContext } from './event-context.ts';
import { Interrupted } from './in-flight.ts';
import { largeBody } from './large-body.ts';
import { parseBody, parseHead, type EventHead } from './parse-event.ts';

export interface ProcessorParts {
  readonly consumer: string;
  readonly handler: Handler;
  /** The consumer's own, as it is at the server. */
  readonly maxDeliver: number;
  readonly shared: SharedContext;
  readonly payloads: PayloadBucket;
  readonly deadLetters: DeadLetters;
  readonly metrics: WorkerMetrics;
  readonly telemetry: Telemetry;
  readonly log: Logger;
}

interface Delivered {
  readonly message: Msg;
  readonly info: DeliveryInfo;
  readonly head: EventHead;
}

/** Takes one delivered message from its headers to its answer. */
export class EventProcessor {
  readonly #parts: ProcessorParts;
  #handled = 0;

  constructor(parts: ProcessorParts) {
    this.#parts = parts;
  }

  /** Events whose handling ended, whatever the outcome. */
  get handled(): number {
    return this.#handled;
  }

  /** Every outcome ends in an answer to the server, or in a redelivery. */
  async handle(message: Msg, info: DeliveryInfo, signal: AbortSignal): Promise<void> {
    const { consumer, maxDeliver, metrics, telemetry, log } = this.#parts;
    const startedAtMs = performance.now();
    metrics.deliveries.inc({ consumer_name: consumer, redelivered: String(info.deliveries > 1) });
    const delivered = { message, info, head: parseHead(message, info) };
    const span = this.#startSpan(delivered.head);
    const result = await this.#run(delivered, signal, span);
    metrics.handlerSeconds.observe({ consumer_name: consumer }, (performance.now() - startedAtMs) / 1_000);
    const verdict = verdictOf(result, { deliveries: info.deliveries, maxDeliver, random: Math.random() });
    try {
      await this.#answer(delivered, verdict, result);
    } catch (error) {
      // Nothing was answered: the message comes again when its ack wait is over.
      log.error(
        { reason: messageOf(error), streamSequence: info.streamSequence },
        'no answer could be given',
      );
      telemetry.captureError(error, { consumer });
    }
    this.#handled += 1;
    span?.end(result.kind === 'threw' ? result.error : undefined);
  }

  #startSpan({ type, traceparent, deliveries }: EventHead): TraceSpan | undefined {
    if (!traceparent) return undefined;
    const { consumer, telemetry } = this.#parts;
    return telemetry.continueTrace(`handle ${type}`, traceparent, {
      'messaging.system': 'nats',
      'messaging.consumer.group.name': consumer,
      'messaging.nats.deliveries': deliveries,
    });
  }

  async #run(
    { message, head }: Delivered,
    signal: AbortSignal,
    span: TraceSpan | undefined,
  ): Promise<HandlerResult> {
    const { handler, shared, payloads, log } = this.#parts;
    try {
      const { payloadRef, traceparent: _, ...rest } = head;
      const data = parseBody(payloadRef ? await largeBody(payloads, payloadRef) : message.data);
      const context = new EventContext(shared, log, { messageId: head.messageId, signal, span });
      await handler({ ...rest, data }, context);
      return { kind: 'done' };
    } catch (error) {
      return signal.reason instanceof Interrupted ? { kind: 'interrupted' } : { kind: 'threw', error };
    }
  }

  async #answer(delivered: Delivered, verdict: Verdict, result: HandlerResult): Promise<void> {
    const { consumer, metrics, log } = this.#parts;
    const { message, head } = delivered;
    const ageMs = Date.now() - head.receivedAtMs;
    if (verdict.kind === 'ack') {
      acknowledge(message);
      metrics.events.inc({ consumer_name: consumer, outcome: 'ack' });
      metrics.eventAgeSeconds.observe({ consumer_name: consumer }, Math.max(0, ageMs) / 1_000);
    } else if (verdict.kind === 'expired') {
      acknowledge(message);
      metrics.events.inc({ consumer_name: consumer, outcome: 'expired' });
      log.info({ messageId: head.messageId, ageMs }, 'event expired');
    } else if (verdict.kind === 'dead') {
      await this.#bury(delivered, verdict, result);
    } else {
      this.#retry(delivered, verdict.delayMs, result);
    }
  }

  #retry({ message, head }: Delivered, delayMs: number, result: HandlerResult): void {
    const { consumer, metrics, telemetry, log } = this.#parts;
    negativeAcknowledge(message, delayMs);
    metrics.events.inc({ consumer_name: consumer, outcome: 'retry' });
    const reason = result.kind === 'threw' ? messageOf(result.error) : result.kind;
    const { messageId, deliveries } = head;
    log.warn({ messageId, deliveries, delayMs, reason }, 'event will be retried');
    if (result.kind === 'threw' && !(result.error instanceof RetryLater)) {
      telemetry.captureError(result.error, { consumer });
    }
  }

  /** The dead letter is safe before the message goes: what happens between the two loses nothing. */
  async #bury(
    delivered: Delivered,
    verdict: Extract<Verdict, { kind: 'dead' }>,
    result: HandlerResult,
  ): Promise<void> {
    const { consumer, deadLetters, metrics, telemetry, log } = this.#parts;
    const { message, info, head } = delivered;
    const { deliveries, streamSequence, stream } = info;
    const { reason, error } = verdict;
    const original = { subject: message.subject, headers: message.headers, body: message.data };
    try {
      await deadLetters.store(
        { consumer, stream, streamSequence, deliveries, reason, error, diedAtMs: Date.now(), original },
        'worker',
      );
    } catch (failure) {
      // After the last delivery this ends in an advisory, and the mover stores the dead letter.
      const delayMs = backoffMs({ deliveries, maxDeliver: -1, random: Math.random() });
      log.error(
        { messageId: head.messageId, failure: messageOf(failure) },
        'dead letter could not be stored',
      );
      this.#retry(delivered, delayMs, result);
      return;
    }
    terminate(message);
    metrics.events.inc({ consumer_name: consumer, outcome: 'dead' });
    log.error({ messageId: head.messageId, streamSequence, deliveries, reason, error }, 'dead letter stored');
    telemetry.captureError(result.kind === 'threw' ? result.error : new Error(error), { consumer });
  }
}
