import { headers } from 'nats';
import { expect, test } from 'vitest';

import { DEAD_HEADERS, toDeadLetter } from './dead-letter.ts';

const DEAD = {
  consumer: 'voice-tracker',
  stream: 'DISCORD_EVENTS',
  streamSequence: 7,
  deliveries: 5,
  reason: 'last-attempt',
  error: 'no\r\nsuch\tthing',
  diedAtMs: 1,
} as const;

test('a dead letter keeps the message as it was, but for what the server would act on', () => {
  const own = headers();
  own.set('Nats-Msg-Id', 'session:1');
  own.set('Nats-Expected-Stream', 'DISCORD_EVENTS');
  own.set('Discord-Event', 'VOICE_STATE_UPDATE');
  const body = new Uint8Array([1, 2]);
  const letter = toDeadLetter({ ...DEAD, original: { subject: 'discord.events.x', headers: own, body } });
  expect(letter).toMatchObject({
    subject: 'discord.dead.voice-tracker',
    messageId: 'DISCORD_EVENTS:voice-tracker:7',
    body,
  });
  expect(letter.headers.get('Discord-Event')).toBe('VOICE_STATE_UPDATE');
  expect(letter.headers.get(DEAD_HEADERS.originalId)).toBe('session:1');
  expect(letter.headers.get(DEAD_HEADERS.payload)).toBe('present');
  expect(letter.headers.has('Nats-Msg-Id')).toBe(false);
  expect(letter.headers.has('Nats-Expected-Stream')).toBe(false);
});

test('an error of several lines fits a header, cut to a length', () => {
  expect(toDeadLetter({ ...DEAD, original: undefined }).headers.get(DEAD_HEADERS.error)).toBe(
    'no such thing',
  );
  const long = toDeadLetter({ ...DEAD, error: 'x'.repeat(5_000), original: undefined });
  expect(long.headers.get(DEAD_HEADERS.error).length).toBeLessThanOrEqual(300);
  expect(long.headers.get(DEAD_HEADERS.payload)).toBe('gone');
});
