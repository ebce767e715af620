import { headers, type Msg } from 'nats';
import { expect, test } from 'vitest';

import { Permanent } from '../outcome-errors.ts';
import { parseBody, parseHead } from './parse-event.ts';

const INFO = {
  stream: 'TASKS',
  consumer: 'task-worker',
  deliveries: 3,
  streamSequence: 9,
  consumerSequence: 11,
  storedAtMs: 5_000,
  pending: 0,
};

function message(subject: string, values: Record<string, string>): Msg {
  const all = headers();
  for (const [name, value] of Object.entries(values)) all.set(name, value);
  return { subject, headers: all } as unknown as Msg;
}

test('headers of the gateway make the event', () => {
  const head = parseHead(
    message('discord.events.message_create', {
      'Nats-Msg-Id': 'session:17',
      'Discord-Event': 'MESSAGE_CREATE',
      'Discord-Shard': '3/16',
      'Discord-Seq': '17',
      'Discord-Received-At': '1700000000000',
      'Discord-Payload-Ref': 'session:17',
      traceparent: '00-a-b-01',
    }),
    INFO,
  );
  expect(head).toEqual({
    type: 'MESSAGE_CREATE',
    shardId: 3,
    shardCount: 16,
    sequence: 17,
    receivedAtMs: 1_700_000_000_000,
    messageId: 'session:17',
    streamSequence: 9,
    deliveries: 3,
    payloadRef: 'session:17',
    traceparent: '00-a-b-01',
  });
});

test('a message without headers gets what its delivery tells', () => {
  const head = parseHead({ subject: 'tasks.process' } as Msg, INFO);
  expect(head).toMatchObject({
    type: 'PROCESS',
    messageId: 'TASKS:9',
    receivedAtMs: 5_000,
    shardId: undefined,
  });
});

test('headers that are no numbers are taken as missing', () => {
  const head = parseHead(message('x.y', { 'Discord-Shard': 'a/b', 'Discord-Received-At': '-1' }), INFO);
  expect(head).toMatchObject({ shardId: undefined, shardCount: undefined, receivedAtMs: 5_000 });
});

test.each(['', 'my secret is { not json', '\u0000'])(
  'a body that is not JSON fails for good, unquoted',
  (body) => {
    expect(() => parseBody(new TextEncoder().encode(body))).toThrow(Permanent);
    expect(() => parseBody(new TextEncoder().encode(body))).not.toThrow(/secret/);
    expect(() => parseBody(new Uint8Array([0x22, 0xff, 0x22]))).toThrow(Permanent);
  },
);
