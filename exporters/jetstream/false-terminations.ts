import { RetentionPolicy, type StreamInfo } from 'nats';

import type { ConsumerAdvisory } from '../../runtime/nats/consumer-advisory.ts';

/** What servers from 2.10.4 on say of a message that was deleted while it waited for its answer. */
const DELETED_REASON = 'Unacknowledged message was deleted';
/** Looked up in one collection; beyond that, advisories are believed. */
const MAX_LOOKUPS = 1_000;

/**
 * Without the advisories that call a message terminated although it was deleted (by a limit, a purge
 * or a request) while it waited for its answer.
 *
 * Newer servers give the reason. Older ones send 0 deliveries in some cases and 1 in others (seen with
 * 2.9.10), so the stream itself is asked: a terminated message stays in a stream that keeps messages
 * until a limit, a deleted one does not. In other streams both are gone, and the advisory is believed.
 */
export async function withoutFalseTerminations(
  advisories: readonly ConsumerAdvisory[],
  streams: ReadonlyMap<string, StreamInfo>,
  exists: (stream: string, streamSequence: number) => Promise<boolean>,
): Promise<ConsumerAdvisory[]> {
  const believed: ConsumerAdvisory[] = [];
  let lookups = 0;
  for (const advisory of advisories) {
    const verdict = advisory.kind === 'terminated' ? judge(advisory, streams.get(advisory.stream)) : 'true';
    if (verdict === 'false') continue;
    if (verdict === 'unclear' && lookups < MAX_LOOKUPS) {
      lookups += 1;
      if (!(await exists(advisory.stream, advisory.streamSequence))) continue;
    }
    believed.push(advisory);
  }
  return believed;
}

export function judge(
  { deliveries, reason, streamSequence }: ConsumerAdvisory,
  stream: StreamInfo | undefined,
): 'true' | 'false' | 'unclear' {
  if (deliveries === 0 || reason === DELETED_REASON) return 'false';
  if (reason !== undefined || stream?.config.retention !== RetentionPolicy.Limits) return 'true';
  if (streamSequence < stream.state.first_seq) return 'false';
  // Only where messages are missing between the first and the last can this one be missing.
  return (stream.state.num_deleted ?? 0) > 0 ? 'unclear' : 'true';
}
