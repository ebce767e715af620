import { connect, Events } from 'nats';
import { afterEach, describe, expect, test } from 'vitest';

import { EVENTS_STREAM, PAYLOAD_BUCKET } from '../../bot/events.ts';
import { createFindStored } from '../../bot/gateway/publish/find-stored.ts';
import { CONSUMERS, DEAD_STREAM, STREAMS } from '../../bot/streams.ts';
import { allStored } from '../../bot/testing/pipeline.ts';
import { scrape } from '../../bot/testing/scrape.ts';
import { testedVersions } from '../local/testing/tested-versions.ts';
import { GuardedBot, USERS, type User } from './testing/guarded-bot.ts';

const POLL = { timeout: 20_000, interval: 100 };
const GIB = 1024 ** 3;
const LARGE_BYTES = 2 * 1024 * 1024;
const versions = await testedVersions('nats-server');

let bot: GuardedBot | undefined;
afterEach(async () => {
  await bot?.[Symbol.asyncDispose]();
  bot = undefined;
});

describe.for(versions)('with the users of the stack, on nats-server $version,', ({ binary }) => {
  test('gateways, workers, exporter and dlq do all of their work and nothing is refused them', async () => {
    bot = await GuardedBot.start(binary);
    const { simulator, connection, nats } = bot;
    const exporter = await bot.startProcess('exporter', 'exporters/main.ts');
    await bot.startProcess('worker', 'bot/worker/main.ts');
    const first = await bot.startGateway();
    const up = async (port: number) => (await scrape(port)).sum('discord_shard_up');
    await expect.poll(async () => up(first), POLL).toBe(2);
    // The second takes one shard over: leases, sessions, a RESUME.
    const second = await bot.startGateway();
    await expect.poll(async () => up(second), POLL).toBe(1);

    simulator.traffic.start({ eventsPerSecond: 200 });
    simulator.traffic.emit({
      shardId: 0,
      type: 'MESSAGE_CREATE',
      data: { id: '1', channel_id: '2', content: 'x'.repeat(LARGE_BYTES), author: { id: '3' } },
    });
    const jetstream = await connection.jetstreamManager();
    const streamOf = async (name: string) => (await jetstream.streams.info(name)).state;
    await expect.poll(async () => (await streamOf(EVENTS_STREAM)).messages, POLL).toBeGreaterThan(500);
    simulator.traffic.stop();

    // A body that no handler can take, and a delivery that the server gave up on: the two ways to a dead letter.
    const published = await connection.jetstream().publish('discord.events.message_create', 'not JSON');
    await expect.poll(async () => (await streamOf(DEAD_STREAM)).messages, POLL).toBe(1);
    const advisory = {
      type: 'io.nats.jetstream.advisory.v1.max_deliver',
      id: 'a',
      timestamp: new Date().toISOString(),
      stream: EVENTS_STREAM,
      consumer: 'voice-tracker',
      stream_seq: published.seq,
      deliveries: 5,
    };
    const subject = `$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${EVENTS_STREAM}.voice-tracker`;
    connection.publish(subject, JSON.stringify(advisory));
    await expect.poll(async () => (await streamOf(DEAD_STREAM)).messages, POLL).toBe(2);

    expect(await bot.dlq('list')).toContain('2 dead letters');
    expect(await bot.dlq('show', '1')).toContain('not JSON');
    // It comes back as another dead letter: it is still not JSON.
    expect(await bot.dlq('replay', '1')).toContain('1 of 1 replayed');
    await expect.poll(async () => (await streamOf(DEAD_STREAM)).last_seq, POLL).toBe(3);
    expect(await bot.dlq('purge', '--all', '--yes')).toContain('2 removed');
    expect((await streamOf(DEAD_STREAM)).messages).toBe(0);

    for (const { stream, durable_name: name } of Object.values(CONSUMERS)) {
      const backlog = async () => {
        const { num_pending, num_ack_pending } = await jetstream.consumers.info(stream, name);
        return num_pending + num_ack_pending;
      };
      await expect.poll(backlog, POLL).toBe(0);
    }
    expect((await streamOf(`OBJ_${PAYLOAD_BUCKET}`)).messages).toBeGreaterThan(0);
    expect((await streamOf('KV_voice_time')).messages).toBeGreaterThan(0);
    const scraped = await scrape(exporter);
    expect(scraped.sum('jetstream_exporter_up')).toBe(1);
    expect(scraped.sum('jetstream_consumer_deliveries_total')).toBeGreaterThan(100);
    const operator = async () => connect({ servers: nats.url, user: 'operator', pass: 'operator' });
    expect(await allStored({ simulator, connectNats: operator })).toMatchObject({
      missing: [],
      repeated: [],
    });

    // After a long outage a gateway looks up what is stored, and operators raise limits from inside of a worker.
    const gateway = await bot.watchedAs('gateway');
    expect((await createFindStored(gateway.jetstream())(0, () => true)).size).toBeGreaterThan(500);
    const worker = await (await bot.watchedAs('worker')).jetstreamManager();
    await worker.streams.update(EVENTS_STREAM, { max_bytes: 2 * GIB });
    await worker.consumers.update(EVENTS_STREAM, 'moderation-worker', { max_ack_pending: 400 });
    expect(bot.refusals).toEqual([]);
  });

  test('nobody without a password is let in, and what a process does not need is refused', async () => {
    bot = await GuardedBot.start(binary);
    await expect(connect({ servers: bot.nats.url, reconnect: false })).rejects.toThrow(/AUTHORIZATION/i);
    const wrong = { servers: bot.nats.url, user: 'worker', pass: 'gateway', reconnect: false };
    await expect(connect(wrong)).rejects.toThrow(/AUTHORIZATION/i);

    const removal = STREAMS.map(({ name }) => `$JS.API.STREAM.DELETE.${name}`);
    const emptying = [EVENTS_STREAM, 'TASKS', 'ADVISORIES'].map((name) => `$JS.API.STREAM.PURGE.${name}`);
    const refused: Readonly<Record<User, readonly string[]>> = {
      gateway: [
        ...removal,
        ...emptying,
        `$JS.API.STREAM.PURGE.${DEAD_STREAM}`,
        `$JS.API.STREAM.MSG.DELETE.${EVENTS_STREAM}`,
        `$JS.API.STREAM.UPDATE.${EVENTS_STREAM}`,
        `$JS.API.CONSUMER.DURABLE.CREATE.${EVENTS_STREAM}.moderation-worker`,
        `$JS.ACK.${EVENTS_STREAM}.moderation-worker.1.1.1.1.0`,
        'tasks.process',
        'discord.dead.moderation-worker',
        '$KV.voice_time.1',
      ],
      worker: [
        ...removal,
        ...emptying,
        `$JS.API.STREAM.MSG.DELETE.${EVENTS_STREAM}`,
        '$JS.API.STREAM.DELETE.KV_discord_sessions',
        '$KV.discord_sessions.session.0',
        '$KV.discord_leases.shard.0',
        '$SYS.REQ.SERVER.PING',
      ],
      exporter: [
        ...removal,
        ...emptying,
        `$JS.API.CONSUMER.CREATE.${EVENTS_STREAM}`,
        `$JS.API.CONSUMER.MSG.NEXT.${EVENTS_STREAM}.moderation-worker`,
        `$JS.API.CONSUMER.DELETE.${EVENTS_STREAM}.moderation-worker`,
        '$JS.API.STREAM.CREATE.X',
        'discord.events.message_create',
        '$KV.discord_sessions.session.0',
      ],
    };
    for (const [user, subjects] of Object.entries(refused)) {
      const connection = await bot.connectAs(user as User);
      const seen: string[] = [];
      void (async () => {
        for await (const { type, permissionContext } of connection.status())
          if (type === Events.Error && permissionContext) seen.push(permissionContext.subject);
      })();
      // Nothing is there that could answer; the server tells what was refused, in order.
      for (const subject of subjects) connection.publish(subject);
      await expect.poll(() => seen, POLL).toEqual(subjects);
      await connection.close();
    }
  });

  test.for(['discord.events.>', '$KV.>', '>'])('no process may listen to %s', async (subject) => {
    bot = await GuardedBot.start(binary);
    for (const user of USERS) {
      const connection = await bot.connectAs(user);
      const heard = Promise.withResolvers<string>();
      connection.subscribe(subject, { callback: (error) => heard.resolve(error?.code ?? 'a message') });
      await connection.flush();
      expect(await heard.promise).toBe('PERMISSIONS_VIOLATION');
      await connection.close();
    }
  });
});
