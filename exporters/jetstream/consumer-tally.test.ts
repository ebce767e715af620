import { expect, test } from 'vitest';

import { ConsumerTally } from './consumer-tally.ts';

const CREATED = '2026-11-24T11:00:00Z';
const RECREATED = '2026-11-24T12:00:00Z';

function at(consumerSequence: number, streamSequence: number, created = CREATED) {
  return { created, consumerSequence, streamSequence };
}

function delivery(streamSequence: number, deliveries: number, consumerSequence: number) {
  return { streamSequence, deliveries, consumerSequence };
}

/** A tally that counts from the birth of the consumer. */
function newborn(): ConsumerTally {
  const tally = new ConsumerTally();
  tally.observe(at(0, 0));
  return tally;
}

test('deliveries are counted from where the consumer stood when it was first seen', () => {
  const tally = new ConsumerTally(at(5_000, 4_000));
  tally.observe(at(5_000, 4_000));
  expect(tally.counters(0)).toMatchObject({ deliveries: 0, redeliveries: 0 });
  tally.observe(at(5_010, 4_010));
  expect(tally.counters(0)).toMatchObject({ deliveries: 10, redeliveries: 0 });
});

test('deliveries beyond the advance of the stream sequence were repetitions', () => {
  const tally = newborn();
  tally.observe(at(1_000, 1_000));
  tally.observe(at(1_200, 1_000));
  expect(tally.counters(0).redeliveries).toBe(200);
});

test('with a filter the stream sequence tells nothing, and what was seen counts', () => {
  const tally = newborn();
  tally.observe(at(12, 90));
  tally.delivered(delivery(30, 2, 11));
  tally.delivered(delivery(60, 2, 12));
  expect(tally.counters(0)).toMatchObject({ deliveries: 12, redeliveries: 2 });
});

test('a later delivery shows the ones before it, each counted once', () => {
  const tally = newborn();
  tally.delivered(delivery(7, 4, 40));
  tally.delivered(delivery(7, 2, 20));
  tally.delivered(delivery(7, 4, 40));
  expect(tally.counters(0).redeliveries).toBe(3);
  tally.delivered(delivery(7, 5, 50));
  expect(tally.counters(0).redeliveries).toBe(4);
});

test('of a message that was in flight at the start only deliveries after the start count', () => {
  const tally = new ConsumerTally(at(100, 50));
  tally.delivered(delivery(40, 3, 90));
  expect(tally.counters(0).redeliveries).toBe(0);
  tally.delivered(delivery(41, 3, 101));
  expect(tally.counters(0).redeliveries).toBe(1);
  tally.delivered(delivery(51, 3, 110));
  expect(tally.counters(0).redeliveries).toBe(3);
});

test('a new leader that is behind does not lower a counter, nor count again what it catches up with', () => {
  const tally = newborn();
  tally.observe(at(500, 400));
  tally.observe(at(480, 385));
  expect(tally.counters(0)).toMatchObject({ deliveries: 500, redeliveries: 100 });
  tally.observe(at(505, 405));
  expect(tally.counters(0)).toMatchObject({ deliveries: 505, redeliveries: 100 });
});

test('a consumer created anew under the same name is counted on top, from its own beginning', () => {
  const tally = newborn();
  tally.observe(at(500, 500));
  tally.naked(delivery(3, 1, 3));
  tally.observe(at(700, 700, RECREATED));
  tally.naked(delivery(3, 1, 3));
  expect(tally.counters(0)).toMatchObject({ deliveries: 1_200, redeliveries: 0, naks: 2 });
});

test('what a new leader tells again is counted once', () => {
  const tally = newborn();
  for (let repeat = 0; repeat < 2; repeat += 1) {
    tally.naked(delivery(1, 1, 1));
    tally.terminated(delivery(2, 1, 2));
    tally.exhausted(3, 3);
  }
  expect(tally.counters(0)).toMatchObject({ naks: 1, terminations: 1, maxDeliveries: 1, redeliveries: 2 });
});

test('a time of creation that moves a little does not make another consumer', () => {
  const tally = newborn();
  tally.observe(at(500, 500));
  tally.observe(at(501, 501, '2026-11-24T11:00:00.000171204Z'));
  tally.observe(at(502, 502, '2026-11-24T11:00:00.020Z'));
  expect(tally.counters(0).deliveries).toBe(502);
  tally.observe(at(3, 3, '2026-11-24T11:00:00.040Z'));
  expect(tally.counters(0).deliveries).toBe(505);
});

test('what was repeated or given up, and not refused, ran out of time', () => {
  const tally = newborn();
  for (let message = 1; message <= 140; message += 1) tally.delivered(delivery(message, 2, 1_000 + message));
  for (let message = 1; message <= 50; message += 1) tally.naked(delivery(message, 1, message));
  for (let message = 91; message <= 110; message += 1) tally.exhausted(message, 2);
  tally.counters(0);
  expect(tally.counters(1_000)).toMatchObject({ redeliveries: 140, ackWaitExpirations: 140 + 20 - 50 });
});

test('a repetition that is seen before its refusal does not pass for an expiration', () => {
  const tally = newborn();
  tally.delivered(delivery(1, 2, 2));
  expect(tally.counters(0)).toMatchObject({ redeliveries: 1, ackWaitExpirations: 0 });
  expect(tally.counters(500).ackWaitExpirations).toBe(0);
  tally.naked(delivery(1, 1, 1));
  expect(tally.counters(1_500).ackWaitExpirations).toBe(0);
  expect(tally.counters(3_000).ackWaitExpirations).toBe(0);
});
