import type { GatewayDispatchPayload } from 'discord-api-types/v10';

import { publishedType, toPublication } from '../publish/dispatch-publication.ts';
import { Unstored } from '../publish/unstored.ts';
import type { Session } from '../session/session.ts';
import type { ShardParts } from './shard-parts.ts';

type IntakeParts = Pick<
  ShardParts,
  'id' | 'count' | 'epoch' | 'held' | 'activity' | 'publisher' | 'telemetry' | 'countEvent'
>;

/** no-room: the publisher is full. not-held: another process may have the shard. Both stay Discord's. */
export type Taken = 'taken' | 'repeat' | 'no-room' | 'not-held';

/** Hands the dispatches of one shard to the publisher, and knows which of them are not stored yet. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #currentSession: () => Session | undefined;
  readonly #unstored = new Unstored();

  constructor(parts: IntakeParts, currentSession: () => Session | undefined) {
    this.#parts = parts;
    this.#currentSession = currentSession;
  }

  /** Refused ones stay Discord's: the session resumes before them. */
  take(payload: GatewayDispatchPayload, session: Session): Taken {
    const { held, publisher, countEvent, telemetry, id, count, epoch } = this.#parts;
    const { s: sequence, d: data } = payload;
    const type: string = payload.t;
    if (!held()) return 'not-held';
    if (publisher.full) {
      session.refuse(sequence);
      return 'no-room';
    }
    if (!session.accept(sequence)) return 'repeat';
    countEvent(publishedType(type));
    const span = telemetry.startTrace('discord.dispatch', { 'discord.event': type, 'discord.shard': id });
    this.#unstored.add();
    publisher.publish(
      toPublication({
        type,
        data,
        sequence,
        sessionId: session.id,
        shard: `${id}/${count}`,
        receivedAtMs: Date.now(),
        epoch,
        traceparent: span?.traceparent,
        mayPublish: held,
        onDropped: () => {
          this.#onDropped(session);
          span?.end();
        },
        onStored: (sentBehind) => {
          this.#unstored.remove();
          session.markStored(sequence, sentBehind);
          span?.end();
        },
      }),
    );
    return 'taken';
  }

  /** Whether all that was taken is stored by then. */
  async allStored(deadlineMs: number): Promise<boolean> {
    return this.#unstored.none(deadlineMs);
  }

  /** Of the present session Discord sends it again, to the next owner. */
  #onDropped(session: Session): void {
    this.#unstored.remove();
    if (session !== this.#currentSession()) this.#parts.activity.eventsLost += 1;
  }
}
