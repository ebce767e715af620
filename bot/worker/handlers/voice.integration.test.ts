import { connect } from 'nats';
import { expect, test } from 'vitest';

import { NatsServer } from '../../../deploy/local/nats-server.ts';
import type { HandlerContext, WorkerEvent } from '../handler.ts';
import { CONSUMERS } from '../../streams.ts';
import { AWAY_RETRY_MS, verdictOf } from '../verdict.ts';
import { voice } from './voice.ts';
import { VOICE_BUCKET } from './voice-bucket.ts';

const EVENT = {
  data: { user_id: '42', guild_id: '1', channel_id: '7' },
  messageId: 's:1',
  receivedAtMs: 1_000,
  sequence: 1,
} as unknown as WorkerEvent;
/** A cluster of three that loses a server, with room. */
const ELECTION_MS = 30_000;

test('a bucket that nobody answers for is waited for longer than its servers need to elect a leader', async () => {
  await using server = await NatsServer.start();
  const connection = await connect({ servers: server.url });
  const bucket = await connection.jetstream().views.kv(VOICE_BUCKET);
  const context = {
    bucket: async () => bucket,
    signal: new AbortController().signal,
  } as unknown as HandlerContext;
  await voice(EVENT, context);
  await bucket.destroy();

  const error: unknown = await voice({ ...EVENT, messageId: 's:2' }, context).catch(
    (thrown: unknown) => thrown,
  );
  const attempt = { deliveries: 1, maxDeliver: CONSUMERS['voice-tracker'].max_deliver, random: 0 };
  const verdict = verdictOf({ kind: 'threw', error }, attempt);
  expect(verdict).toEqual({ kind: 'retry', delayMs: AWAY_RETRY_MS });
  // The last delivery has none after it.
  expect((CONSUMERS['voice-tracker'].max_deliver - 1) * AWAY_RETRY_MS).toBeGreaterThan(ELECTION_MS);
  await connection.close();
});
