import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { BLOCKED_WORD } from '../simulator/traffic/content.ts';
import { scrape, type Scrape } from '../testing/scrape.ts';
import { CONSUMER_NAMES, type ConsumerName } from '../streams.ts';
import { VOICE_BUCKET, voiceKey } from './handlers/voice-bucket.ts';
import { totalMs, type VoiceTime } from './handlers/voice-time.ts';
import { EventBridge } from './testing/event-bridge.ts';
import { WorkerRig, type WorkerProcess } from './testing/worker-rig.ts';

const BACKLOG = 10_000;
const CALLBACK = 'POST /interactions/:id/:token/callback';
const RETRY_AFTER_S = 3.5;
const BOT = { id: '1', bot: true };

const stack = new AsyncDisposableStack();
let rig: WorkerRig;
let simulator: Simulator;
let worker: WorkerProcess;

beforeAll(async () => {
  simulator = stack.use(await startSimulator({ shards: 1, guilds: 10 }));
  rig = stack.use(await WorkerRig.start());
  stack.use(await EventBridge.connect(rig, simulator, (type) => type === 'INTERACTION_CREATE'));
  worker = await rig.startWorker({
    DISCORD_API_URL: simulator.apiUrl,
    DISCORD_TOKEN: simulator.options.token,
    BLOCKED_WORDS: BLOCKED_WORD,
  });
});

afterAll(async () => stack.disposeAsync());

async function metrics(): Promise<Scrape> {
  return scrape(worker.port);
}

function outcomes(consumer: ConsumerName, outcome: string) {
  return async () => (await metrics()).sum('worker_events_total', { consumer_name: consumer, outcome });
}

function guild() {
  const [first] = simulator.world.guilds;
  const channelId = first?.textChannels[0];
  if (!first || !channelId) throw new Error('the simulator has no guild with a text channel');
  return { id: first.id, channelId };
}

function message(id: string, content: string, more: object = {}) {
  const { id: guildId, channelId } = guild();
  return {
    id,
    channel_id: channelId,
    guild_id: guildId,
    content,
    author: { id: '300000000000000001' },
    ...more,
  };
}

function calls(route: string) {
  return simulator.ledger.rest().filter((call) => `${call.method} ${call.route}` === route);
}

test('all series of the worker stand at zero from the start', async () => {
  const { text } = await metrics();
  for (const consumer of CONSUMER_NAMES) {
    for (const outcome of ['ack', 'retry', 'dead', 'expired']) {
      expect(text).toContain(`worker_events_total{consumer_name="${consumer}",outcome="${outcome}"} 0`);
    }
    expect(text).toContain(`worker_deliveries_total{consumer_name="${consumer}",redelivered="true"} 0`);
    expect(text).toContain(`worker_in_flight{consumer_name="${consumer}"} 0`);
  }
});

test('a message with a blocked word is deleted, its author warned, and the moderators told', async () => {
  const id = '1300000000000000001';
  await rig.publish('MESSAGE_CREATE', message(id, `look: ${BLOCKED_WORD.toUpperCase()}!`), {
    messageId: 'm:1',
  });
  await rig.publish('MESSAGE_CREATE', message('1300000000000000002', 'all is well'), { messageId: 'm:2' });
  await rig.publish('MESSAGE_CREATE', message('1300000000000000003', BLOCKED_WORD, { author: BOT }), {
    messageId: 'm:3',
  });
  await expect.poll(outcomes('moderation-worker', 'ack')).toBe(3);
  await expect.poll(outcomes('task-worker', 'ack')).toBe(1);
  const deletes = calls('DELETE /channels/:id/messages/:id');
  expect(deletes.map(({ path, status }) => [path.endsWith(id), status])).toEqual([[true, 204]]);
  const posts = calls('POST /channels/:id/messages').map(({ body }) => body);
  expect(posts).toHaveLength(2);
  expect(posts[0]).toContain('your message was removed');
  expect(posts[0]).toContain(`"nonce":"${id}"`);
  expect(posts[1]).toContain('was removed (blocked word)');
  const labels = { method: 'DELETE', route: '/channels/:id/messages/:id', status: '204' };
  expect((await metrics()).sum('discord_rest_requests_total', labels)).toBe(1);
});

test('a repeated message event finds the message deleted and is done', async () => {
  const before = await outcomes('moderation-worker', 'ack')();
  await rig.publish('MESSAGE_CREATE', message('1300000000000000001', BLOCKED_WORD), {
    messageId: 'm:1 again',
  });
  await expect.poll(outcomes('moderation-worker', 'ack')).toBe(before + 1);
  expect(calls('DELETE /channels/:id/messages/:id').at(-1)?.status).toBe(404);
  expect((await rig.manager.streams.info('TASKS')).state.messages).toBe(1);
});

test('time in voice is counted although the leave comes before its join', async () => {
  const now = Date.now();
  const state = (channelId: string | null) => ({
    guild_id: guild().id,
    user_id: '42',
    channel_id: channelId,
  });
  const publish = async (channelId: string | null, messageId: string, receivedAtMs: number) => {
    await rig.publish('VOICE_STATE_UPDATE', state(channelId), { messageId, receivedAtMs });
  };
  await publish(null, 'v:2', now - 60_000);
  await publish('7', 'v:1', now - 90_000);
  await expect.poll(outcomes('voice-tracker', 'ack')).toBe(2);
  const bucket = await rig.jetstream.views.kv(VOICE_BUCKET);
  const time = (await bucket.get(voiceKey(guild().id, '42')))?.json<VoiceTime>();
  expect(time && totalMs(time, now)).toBe(30_000);
});

test('a body in the payload store is handled as any other', async () => {
  const before = await outcomes('moderation-worker', 'ack')();
  const store = await rig.jetstream.views.os('discord_payloads');
  const id = '1300000000000000009';
  const large = message(id, `${'very long '.repeat(200_000)} ${BLOCKED_WORD}`);
  await store.putBlob({ name: 'm:9' }, new TextEncoder().encode(JSON.stringify(large)));
  await rig.publish('MESSAGE_CREATE', '', { messageId: 'm:9', headers: { 'Discord-Payload-Ref': 'm:9' } });
  await expect.poll(outcomes('moderation-worker', 'ack')).toBe(before + 1);
  expect(calls('DELETE /channels/:id/messages/:id').at(-1)?.path).toContain(id);
});

test('an interaction that is too old is dropped and never answered', async () => {
  const interaction = { id: '1400000000000000001', token: 'secret-token', type: 2, data: { name: 'ping' } };
  await rig.publish('INTERACTION_CREATE', interaction, {
    messageId: 'i:1',
    receivedAtMs: Date.now() - 2_600,
  });
  await rig.publish('INTERACTION_CREATE', interaction, {
    messageId: 'i:2',
    receivedAtMs: Date.now() - 60_000,
  });
  await expect.poll(outcomes('interaction-responder', 'expired')).toBe(2);
  expect(calls(CALLBACK)).toEqual([]);
  // Young by our clock, but Discord does not know it (any more).
  await rig.publish('INTERACTION_CREATE', interaction, { messageId: 'i:3' });
  await expect.poll(outcomes('interaction-responder', 'expired')).toBe(3);
  expect(worker.process.output).not.toContain('secret-token');
});

test('an answer that Discord fails to take is repeated while there is time', async () => {
  const before = await outcomes('interaction-responder', 'ack')();
  simulator.faults.rest({ status: 500, count: 2, route: CALLBACK });
  simulator.traffic.burst(1, 'interaction');
  await expect.poll(outcomes('interaction-responder', 'ack')).toBe(before + 1);
  expect(await outcomes('interaction-responder', 'retry')()).toBe(1);
  expect(simulator.ledger.interactions().at(-1)?.outcome).toBe('answered');
});

test('an answer that a rate limit holds up beyond its time is dropped and never sent', async () => {
  const expired = await outcomes('interaction-responder', 'expired')();
  simulator.faults.rest({ status: 429, count: 1, route: CALLBACK, retryAfter: RETRY_AFTER_S });
  const calledBefore = calls(CALLBACK).length;
  simulator.traffic.burst(1, 'interaction');
  await expect.poll(outcomes('interaction-responder', 'expired'), { timeout: 4_000 }).toBe(expired + 1);
  // The library's own wait ends only now, and finds the call aborted.
  await sleep(1_000 * RETRY_AFTER_S - 2_500);
  expect(calls(CALLBACK).length).toBe(calledBefore + 1);
  expect(simulator.ledger.interactions().at(-1)?.outcome).toBeUndefined();
});

test('interactions are answered in time while another consumer has a backlog of 10,000', async () => {
  const before = await outcomes('interaction-responder', 'ack')();
  const publishes: Promise<unknown>[] = [];
  for (let index = 0; index < BACKLOG; index += 1) {
    const content = index % 10 === 0 ? BLOCKED_WORD : 'all is well';
    const id = String(1_500_000_000_000_000_000n + BigInt(index));
    publishes.push(rig.publish('MESSAGE_CREATE', message(id, content), { messageId: `b:${index}` }));
    if (index % 500 === 499) await Promise.all(publishes);
  }
  await Promise.all(publishes);
  for (let count = 0; count < 50; count += 1) {
    simulator.traffic.burst(1, 'interaction');
    await expect.poll(outcomes('interaction-responder', 'ack'), { timeout: 5_000 }).toBe(before + count + 1);
  }
  const { num_pending } = await rig.info('moderation-worker');
  expect(num_pending).toBeGreaterThan(5_000);
  const answers = simulator.ledger.interactions().slice(-50);
  expect(answers.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 50 }, () => 'answered'));
  const tookMs = answers.map(({ createdAt, answeredAt }) => (answeredAt ?? Infinity) - createdAt);
  console.log(
    `50 interactions beside a backlog of ${num_pending} messages: answered after ` +
      `${Math.round(Math.max(...tookMs))} ms at most, ${Math.round(tookMs.toSorted((a, b) => a - b)[25] ?? 0)} ms in the median`,
  );
});
