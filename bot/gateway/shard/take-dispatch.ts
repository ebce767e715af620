import type { GatewayDispatchPayload } from 'discord-api-types/v10';

import { publishedType, toPublication } from '../publish/dispatch-publication.ts';
import type { Session } from '../session/session.ts';
import type { ShardParts } from './shard-parts.ts';

type DispatchParts = Pick<ShardParts, 'id' | 'count' | 'epoch' | 'publisher' | 'telemetry' | 'countEvent'>;

/**
 * Hands one dispatch to the publisher. Refused ones stay Discord's: the session resumes before them.
 */
export function takeDispatch(
  payload: GatewayDispatchPayload,
  session: Session,
  parts: DispatchParts,
): 'taken' | 'repeat' | 'no-room' {
  const { s: sequence, d: data } = payload;
  const type: string = payload.t;
  if (parts.publisher.full) {
    session.refuse(sequence);
    return 'no-room';
  }
  if (!session.accept(sequence)) return 'repeat';
  parts.countEvent(publishedType(type));
  const span = parts.telemetry.startTrace('discord.dispatch', {
    'discord.event': type,
    'discord.shard': parts.id,
  });
  parts.publisher.publish(
    toPublication({
      type,
      data,
      sequence,
      sessionId: session.id,
      shard: `${parts.id}/${parts.count}`,
      receivedAtMs: Date.now(),
      epoch: parts.epoch,
      traceparent: span?.traceparent,
      onStored: (sentBehind) => {
        session.markStored(sequence, sentBehind);
        span?.end();
      },
    }),
  );
  return 'taken';
}
