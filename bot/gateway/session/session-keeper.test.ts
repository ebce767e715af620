import { expect, test } from 'vitest';

import { createLogger } from '../../../runtime/log.ts';
import { ShardActivity } from '../shard/shard-activity.ts';
import { SessionKeeper } from './session-keeper.ts';

const INFO = { sessionId: 's', resumeURL: 'ws://resume', shardId: 1, shardCount: 4, sequence: 0 };

test('of a shard that another process may have nothing is written, least of all that its session ended', () => {
  let held = true;
  const keeper = new SessionKeeper({
    id: 1,
    activity: new ShardActivity(),
    inherited: undefined,
    held: () => held,
    streamSequence: () => 0,
    findStored: async () => new Map(),
    log: createLogger({ component: 'test', level: 'silent' }),
    onChange: () => undefined,
  });
  keeper.begin(INFO);
  const first = keeper.unsaved();
  expect(first?.session).toMatchObject({ sessionId: 's' });
  first?.onSaved();
  held = false;
  keeper.end('invalid session');
  expect(keeper.unsaved()).toBeUndefined();
  held = true;
  expect(keeper.unsaved()?.session).toBe('ended');
});
