import type { GatewayDispatchPayload } from 'discord-api-types/v10';
import { expect, test } from 'vitest';

import { NO_TELEMETRY } from '../../../runtime/telemetry/telemetry.ts';
import type { Publication } from '../publish/publication.ts';
import { Session } from '../session/session.ts';
import { Intake } from './intake.ts';
import { ShardActivity } from './shard-activity.ts';

const IDENTITY = { sessionId: 's', resumeUrl: 'ws://resume', shardId: 1, shardCount: 4 };

function dispatch(sequence: number): GatewayDispatchPayload {
  return { op: 0, t: 'MESSAGE_CREATE', s: sequence, d: {} } as unknown as GatewayDispatchPayload;
}

function setUp() {
  const published: Publication[] = [];
  const state = { held: true, session: Session.begin(IDENTITY, 0) };
  const activity = new ShardActivity();
  const intake = new Intake(
    {
      id: 1,
      count: 4,
      epoch: 7,
      held: () => state.held,
      activity,
      publisher: { full: false, streamSequence: 0, publish: (publication) => published.push(publication) },
      telemetry: NO_TELEMETRY,
      countEvent: () => undefined,
    },
    () => state.session,
  );
  return { published, state, activity, intake };
}

test('a dispatch that comes after the lease has ended is not published, and the session resumes before it', () => {
  const { published, state, intake } = setUp();
  expect(intake.take(dispatch(1), state.session)).toBe('taken');
  state.held = false;
  expect(intake.take(dispatch(2), state.session)).toBe('not-held');
  expect(published.map(({ messageId }) => messageId)).toEqual(['s:1']);
  expect(published[0]?.headers.get('Discord-Epoch')).toBe('7');
  expect(state.session.toSessionInfo(undefined).sequence).toBe(1);
});

test('what was taken may be published only as long as the shard is held', () => {
  const { published, state, intake } = setUp();
  intake.take(dispatch(1), state.session);
  expect(published[0]?.mayPublish?.()).toBe(true);
  state.held = false;
  expect(published[0]?.mayPublish?.()).toBe(false);
});

test('a hand-over waits for what is on its way, and no longer than it may', async () => {
  const { published, state, intake } = setUp();
  expect(await intake.allStored(0)).toBe(true);
  intake.take(dispatch(1), state.session);
  expect(await intake.allStored(10)).toBe(false);
  const waiting = intake.allStored(5_000);
  published[0]?.onStored(0);
  expect(await waiting).toBe(true);
});

test('what is dropped is lost only where Discord cannot send it again', () => {
  const { published, state, activity, intake } = setUp();
  intake.take(dispatch(1), state.session);
  published[0]?.onDropped?.();
  expect(activity.eventsLost).toBe(0);
  intake.take(dispatch(2), state.session);
  state.session = Session.begin({ ...IDENTITY, sessionId: 'next' }, 0);
  published[1]?.onDropped?.();
  expect(activity.eventsLost).toBe(1);
});
