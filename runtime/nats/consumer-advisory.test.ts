import { expect, test } from 'vitest';

import { parseConsumerAdvisory } from './consumer-advisory.ts';

test('an advisory is read as servers send it', () => {
  const sent = {
    type: 'io.nats.jetstream.advisory.v1.nak',
    id: '4NNYi7hXdyoGz3XovkmqsP',
    timestamp: '2026-11-24T11:44:12.693272279Z',
    stream: 'S',
    consumer: 'c',
    consumer_seq: 1,
    stream_seq: 4,
    deliveries: 2,
  };
  const read = {
    stream: 'S',
    consumer: 'c',
    streamSequence: 4,
    deliveries: 2,
    reason: undefined,
    atMs: Date.UTC(2026, 10, 24, 11, 44, 12, 693),
  };
  expect(parseConsumerAdvisory(JSON.stringify(sent))).toEqual({ ...read, kind: 'nak', consumerSequence: 1 });
  const { consumer_seq: _, ...exhausted } = { ...sent, type: 'io.nats.jetstream.advisory.v1.max_deliver' };
  expect(parseConsumerAdvisory(JSON.stringify(exhausted))).toEqual({
    ...read,
    kind: 'max_deliver',
    consumerSequence: 0,
  });
});

test('anything else is none', () => {
  const created = '{"type":"io.nats.jetstream.advisory.v1.consumer_action","stream":"S","consumer":"c"}';
  for (const other of ['', 'null', '[]', '{"stream":"S"}', created])
    expect(parseConsumerAdvisory(other)).toBeUndefined();
});
