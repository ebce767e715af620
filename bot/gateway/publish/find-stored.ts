import { DeliverPolicy, type JetStreamClient } from 'nats';

import { EVENT_HEADERS, EVENTS_STREAM, EVENTS_SUBJECT_PREFIX } from '../../events.ts';

const BATCH_MESSAGES = 1_000;
const BATCH_EXPIRES_MS = 5_000;

/**
 * Message ids in DISCORD_EVENTS behind a position, with the position of each.
 * @param behind the position before the first one that is looked at
 */
export type FindStored = (
  behind: number,
  wanted: (messageId: string) => boolean,
) => Promise<Map<string, number>>;

/**
 * Reads the headers of the stream from a position to its present end. Needed only where JetStream's
 * own duplicate window (2 minutes) has passed: after a long outage.
 */
export function createFindStored(jetstream: JetStreamClient): FindStored {
  return async (behind, wanted) => {
    const found = new Map<string, number>();
    const manager = await jetstream.jetstreamManager();
    const { state } = await manager.streams.info(EVENTS_STREAM);
    const first = Math.max(behind + 1, state.first_seq);
    if (first > state.last_seq) return found;
    const consumer = await jetstream.consumers.get(EVENTS_STREAM, {
      filterSubjects: `${EVENTS_SUBJECT_PREFIX}>`,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: first,
      headers_only: true,
    });
    for (let reached = behind; reached < state.last_seq;) {
      const before = reached;
      const batch = await consumer.fetch({ max_messages: BATCH_MESSAGES, expires: BATCH_EXPIRES_MS });
      for await (const message of batch) {
        reached = message.seq;
        const id = message.headers?.get(EVENT_HEADERS.messageId);
        if (id && wanted(id)) found.set(id, message.seq);
        // The last batch is not full: it would otherwise wait for more until it expires.
        if (reached >= state.last_seq) break;
      }
      if (reached === before)
        throw new Error(`DISCORD_EVENTS went silent at ${reached} of ${state.last_seq}`);
    }
    return found;
  };
}
