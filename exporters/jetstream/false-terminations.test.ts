import type { StreamInfo } from 'nats';
import { expect, test } from 'vitest';

import type { ConsumerAdvisory } from '../../runtime/nats/consumer-advisory.ts';
import { judge, withoutFalseTerminations } from './false-terminations.ts';

const TERMINATED: ConsumerAdvisory = {
  kind: 'terminated',
  stream: 'S',
  consumer: 'c',
  streamSequence: 50,
  consumerSequence: 9,
  deliveries: 1,
  reason: undefined,
  atMs: 0,
};

function stream(state: Partial<StreamInfo['state']>, retention = 'limits'): StreamInfo {
  return { config: { name: 'S', retention }, state: { first_seq: 1, last_seq: 99, ...state } } as StreamInfo;
}

test('a message that was terminated is still in its stream', () => {
  expect(judge(TERMINATED, stream({}))).toBe('true');
  expect(judge(TERMINATED, stream({ first_seq: 50 }))).toBe('true');
  expect(judge(TERMINATED, stream({ first_seq: 51 }))).toBe('false');
  expect(judge(TERMINATED, stream({ num_deleted: 3 }))).toBe('unclear');
});

test('where handled messages are removed anyway, the advisory is believed', () => {
  expect(judge(TERMINATED, stream({ first_seq: 90, num_deleted: 3 }, 'workqueue'))).toBe('true');
  expect(judge(TERMINATED, undefined)).toBe('true');
});

test('a server that tells the reason is believed', () => {
  expect(judge({ ...TERMINATED, reason: 'Unacknowledged message was deleted' }, stream({}))).toBe('false');
  expect(judge({ ...TERMINATED, reason: 'spam' }, stream({ first_seq: 51 }))).toBe('true');
  expect(judge({ ...TERMINATED, deliveries: 0 }, stream({}))).toBe('false');
});

test('the stream is asked only where it is unclear', async () => {
  const nak: ConsumerAdvisory = { ...TERMINATED, kind: 'nak' };
  const asked: number[] = [];
  const holes = new Map([['S', stream({ num_deleted: 1 })]]);
  const kept = await withoutFalseTerminations(
    [nak, TERMINATED, { ...TERMINATED, streamSequence: 51 }],
    holes,
    async (_, sequence) => {
      asked.push(sequence);
      return sequence === 51;
    },
  );
  expect(kept).toEqual([nak, { ...TERMINATED, streamSequence: 51 }]);
  expect(asked).toEqual([50, 51]);
});
