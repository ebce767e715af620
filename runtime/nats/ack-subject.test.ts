import { expect, test } from 'vitest';

import { parseAckSubject } from './ack-subject.ts';

const EXPECTED = {
  stream: 'DISCORD_EVENTS',
  consumer: 'voice-tracker',
  deliveries: 2,
  streamSequence: 1_234,
  consumerSequence: 77,
  storedAtMs: 1_795_511_154_708,
  pending: 5,
};

test('a delivery is read from the reply subject of old and new servers', () => {
  const rest = 'DISCORD_EVENTS.voice-tracker.2.1234.77.1795511154708619411.5';
  expect(parseAckSubject(`$JS.ACK.${rest}`)).toEqual(EXPECTED);
  expect(parseAckSubject(`$JS.ACK._.ACCOUNTHASH.${rest}.token`)).toEqual(EXPECTED);
  expect(parseAckSubject(`$JS.ACK.hub.ACCOUNTHASH.${rest}`)).toEqual(EXPECTED);
});

test('any other subject is no delivery', () => {
  expect(parseAckSubject(undefined)).toBeUndefined();
  expect(parseAckSubject('_INBOX.abc.1')).toBeUndefined();
  expect(parseAckSubject('$JS.ACK.too.short')).toBeUndefined();
});
