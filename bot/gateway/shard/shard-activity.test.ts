import { describe, expect, test } from 'vitest';

import { HeartbeatLatency } from './heartbeat-latency.ts';
import { ShardActivity } from './shard-activity.ts';
import { ShardGuilds } from './shard-guilds.ts';

describe('heartbeat latency', () => {
  /** A connection whose last beat took 80 ms, at 1 s. */
  function healthy(): HeartbeatLatency {
    const heartbeat = new HeartbeatLatency();
    heartbeat.onSent(920);
    expect(heartbeat.onAnswered(1_000)).toBe(0.08);
    return heartbeat;
  }

  test('is unknown before the first beat', () => {
    expect(new HeartbeatLatency().seconds(5_000)).toBeUndefined();
  });

  test('stays at the last round trip while nothing is owed', () => {
    expect(healthy().seconds(9_000)).toBe(0.08);
  });

  test('grows with the age of a beat that nobody answers, and becomes its round trip', () => {
    const heartbeat = healthy();
    heartbeat.onSent(10_000);
    expect(heartbeat.seconds(16_000)).toBe(6);
    expect(heartbeat.onAnswered(16_100)).toBe(6.1);
    expect(heartbeat.seconds(20_000)).toBe(6.1);
  });

  test('of two open beats the older counts, and each answer is that of the older', () => {
    const heartbeat = healthy();
    heartbeat.onSent(10_000);
    heartbeat.onSent(12_000);
    expect(heartbeat.seconds(13_000)).toBe(3);
    expect(heartbeat.onAnswered(14_000)).toBe(4);
    expect(heartbeat.seconds(17_000)).toBe(5);
    expect(heartbeat.onAnswered(18_000)).toBe(6);
    expect(heartbeat.onAnswered(18_001)).toBeUndefined();
  });

  test('an acknowledgement that never came does not shift all later ones', () => {
    const heartbeat = healthy();
    heartbeat.onSent(10_000);
    heartbeat.onSent(12_000);
    heartbeat.onAnswered(12_050);
    heartbeat.onSent(53_000);
    expect(heartbeat.onAnswered(53_050)).toBe(0.05);
  });

  test('grows while there is no connection, although all beats were answered', () => {
    const heartbeat = healthy();
    heartbeat.onConnectionEnd(3_000);
    expect(heartbeat.seconds(63_000)).toBe(60);
    heartbeat.onConnectionEnd(64_000);
    expect(heartbeat.seconds(73_000)).toBe(70);
    heartbeat.onReady();
    expect(heartbeat.seconds(73_000)).toBe(0.08);
  });

  test('does not fall back when a connection with an open beat ends', () => {
    const heartbeat = healthy();
    heartbeat.onSent(10_000);
    heartbeat.onConnectionEnd(20_000);
    expect(heartbeat.seconds(25_000)).toBe(15);
  });

  test('a beat of a dead connection is not measured by the answer to one of the next', () => {
    const heartbeat = healthy();
    heartbeat.onSent(10_000);
    heartbeat.onConnectionEnd(51_000);
    heartbeat.onSent(60_000);
    expect(heartbeat.seconds(60_040)).toBe(50.04);
    expect(heartbeat.onAnswered(60_050)).toBe(0.05);
    expect(heartbeat.seconds(61_000)).toBe(0.05);
  });

  test('READY does not settle a beat that its own connection has not answered', () => {
    const heartbeat = healthy();
    heartbeat.onConnectionEnd(2_000);
    heartbeat.onSent(3_000);
    heartbeat.onReady();
    expect(heartbeat.seconds(8_000)).toBe(5);
  });

  test('of a shard that never got a connection grows from the first attempt that failed', () => {
    const heartbeat = new HeartbeatLatency();
    heartbeat.onConnectionEnd(1_000);
    heartbeat.onConnectionEnd(9_000);
    expect(heartbeat.seconds(61_000)).toBe(60);
  });
});

describe('event gap', () => {
  test('counts from the takeover on a shard that never gets ready', () => {
    const activity = new ShardActivity();
    expect(activity.eventGapSeconds(0)).toBeUndefined();
    activity.onOwned(1_000);
    activity.onConnectionEnd(2_000, 1006);
    expect(activity.eventGapSeconds(301_000)).toBe(300);
  });

  test('goes on where the last owner left it, and a clock that is behind does not make it negative', () => {
    const activity = new ShardActivity();
    activity.onOwned(1_000, -9_000);
    expect(activity.eventGapSeconds(2_000)).toBe(11);
    activity.onOwned(1_000, 500_000);
    expect(activity.eventGapSeconds(1_000)).toBe(0);
  });

  test('grows through closes, resumes and READYs until a dispatch comes', () => {
    const activity = new ShardActivity();
    activity.onOwned(0);
    activity.onEvent(10_000);
    activity.onConnectionEnd(20_000, undefined);
    activity.onReady();
    expect(activity.eventGapSeconds(50_000)).toBe(40);
    activity.onEvent(50_000);
    expect(activity.eventGapSeconds(50_500)).toBe(0.5);
  });

  test('counters go on when the process gets the shard back', () => {
    const activity = new ShardActivity();
    activity.onOwned(0);
    expect([...activity.closes]).toEqual([['local', 0]]);
    activity.identifies = 3;
    activity.onConnectionEnd(5_000, 4000);
    activity.onConnectionEnd(6_000, undefined);
    activity.onOwned(60_000);
    expect([activity.identifies, activity.state]).toEqual([3, 'idle']);
    expect(Object.fromEntries(activity.closes)).toEqual({ local: 1, 4000: 1 });
    expect(activity.heartbeat.seconds(61_000)).toBeUndefined();
  });
});

describe('guilds', () => {
  const dispatch = (t: string, d: object) => ({ op: 0, s: 1, t, d }) as never;
  const ready = (...ids: string[]) => ({ guilds: ids.map((id) => ({ id, unavailable: true })) }) as never;

  test('are counted once and stay through an outage', () => {
    const guilds = new ShardGuilds(['1', '2']);
    guilds.onDispatch(dispatch('GUILD_CREATE', { id: '2' }));
    guilds.onDispatch(dispatch('GUILD_DELETE', { id: '1', unavailable: true }));
    guilds.onDispatch(dispatch('GUILD_CREATE', {}));
    expect([guilds.size, guilds.version]).toEqual([2, 0]);
    guilds.onDispatch(dispatch('GUILD_CREATE', { id: '3' }));
    guilds.onDispatch(dispatch('GUILD_DELETE', { id: '1' }));
    expect([guilds.list(), guilds.version]).toEqual([['2', '3'], 2]);
  });

  test('are unknown, not none, until somebody tells', () => {
    const guilds = new ShardGuilds(undefined);
    expect([guilds.size, guilds.any()]).toEqual([undefined, undefined]);
    guilds.onReady(ready());
    expect(guilds.size).toBe(0);
    guilds.onReady(ready('1', '2'));
    expect(guilds.size).toBe(2);
  });

  test('one in an outage is not asked for a sign of life, since Discord would not answer', () => {
    const guilds = new ShardGuilds(undefined);
    guilds.onReady(ready('1', '2'));
    expect(guilds.any()).toBe('1');
    guilds.onDispatch(dispatch('GUILD_DELETE', { id: '1', unavailable: true }));
    expect(guilds.any()).toBe('2');
    // A new session in the same outage.
    guilds.onReady(ready('1', '2'));
    expect(guilds.any()).toBe('2');
    guilds.onDispatch(dispatch('GUILD_DELETE', { id: '2', unavailable: true }));
    expect([guilds.any(), guilds.size]).toEqual([undefined, 2]);
    guilds.onDispatch(dispatch('GUILD_CREATE', { id: '1' }));
    expect(guilds.any()).toBe('1');
  });

  test('one that is joined during its outage counts', () => {
    const guilds = new ShardGuilds([]);
    guilds.onDispatch(dispatch('GUILD_CREATE', { id: '9', unavailable: true }));
    expect([guilds.size, guilds.any()]).toEqual([1, undefined]);
  });
});
