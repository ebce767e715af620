import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { nanos } from 'nats';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { freePort } from '../../deploy/local/free-port.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { Receiver } from '../../runtime/telemetry/testing/receiver.ts';
import { startSimulator, type Simulator } from '../simulator/simulator.ts';
import { BLOCKED_WORD } from '../simulator/traffic/content.ts';
import { EVENTS_STREAM } from '../events.ts';
import { DUPLICATE_WINDOW_MS } from '../streams.ts';
import { WorkerRig } from './testing/worker-rig.ts';

const stack = new AsyncDisposableStack();
let rig: WorkerRig;
let simulator: Simulator;

beforeAll(async () => {
  rig = stack.use(await WorkerRig.start());
  simulator = stack.use(await startSimulator({ shards: 1, guilds: 1 }));
});

afterAll(async () => stack.disposeAsync());

afterEach(async () => rig.killWorkers());

test('every wrong variable is named in one message, with status 2', async () => {
  const wrong = {
    WORKERS: 'moderation-worker,moderator',
    PORT: 'http',
    WORKER_CONCURRENCY: '0',
    DISCORD_TOKEN: '',
  };
  const { code, output } = await rig.runWorker(wrong);
  expect(code).toBe(2);
  expect(output).toContain('4 settings are wrong');
  expect(output).toContain(
    'WORKERS: expected a comma-separated list out of moderation-worker, voice-tracker',
  );
  expect(output).toContain('WORKER_CONCURRENCY: expected an integer from 1 to 1000, got "0"');
  expect(output).toContain('DISCORD_TOKEN: expected the bot token');
});

test('a token that Discord refuses ends the worker with status 2 before it takes an event', async () => {
  const { seq } = await rig.publish('MESSAGE_CREATE', {}, { messageId: 'waiting' });
  const { code, output } = await rig.runWorker({ DISCORD_API_URL: simulator.apiUrl, DISCORD_TOKEN: 'wrong' });
  expect(code).toBe(2);
  expect(output).toContain(
    'worker: Discord refused the token: expected DISCORD_TOKEN to be the current token',
  );
  expect(output).not.toContain('"wrong"');
  expect((await rig.info('moderation-worker')).delivered.consumer_seq).toBe(0);
  await rig.manager.streams.deleteMessage(EVENTS_STREAM, seq);
});

test('a token that Discord takes no longer ends the worker with status 2, and the event stays', async () => {
  await using discord = await startDiscord((path) => (path.endsWith('/users/@me') ? 200 : 401));
  const { process } = await rig.startWorker({ DISCORD_API_URL: discord.url, WORKERS: 'task-worker' });
  await rig.jetstream.publish(
    'tasks.process',
    JSON.stringify({ kind: 'notify', channelId: '1', content: 'x' }),
  );
  expect((await process.exited).code).toBe(2);
  expect(process.output).toContain('Discord refused the token');
  const { num_pending, num_ack_pending } = await rig.info('task-worker');
  expect(num_pending + num_ack_pending).toBe(1);
  expect(await rig.deadLetters()).toBe(0);
  await rig.manager.streams.purge('TASKS');
});

test('a NATS server that is not there is named, with status 1', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`;
  const { code, output } = await rig.runWorker({ NATS_URL: url, NATS_CONNECT_TIMEOUT_MS: '300' });
  expect(code).toBe(1);
  expect(output).toContain(`worker: Cannot connect to NATS at ${url}`);
});

test('a NATS server without JetStream is refused with a clear message', async () => {
  await using plain = await NatsServer.start({
    config: 'accounts { P { users: [{ user: p, password: p }] } }\nno_auth_user: p',
  });
  const { code, output } = await rig.runWorker({ NATS_URL: plain.url });
  expect(code).toBe(2);
  expect(output).toContain('worker: JetStream is not enabled');
});

test('a stream with other settings ends the worker with status 2 and says how to fix it', async () => {
  await rig.manager.streams.update(EVENTS_STREAM, { duplicate_window: nanos(1_000) });
  const { code, output } = await rig.runWorker({});
  await rig.manager.streams.update(EVENTS_STREAM, { duplicate_window: nanos(DUPLICATE_WINDOW_MS) });
  expect(code).toBe(2);
  expect(output).toContain(
    'Stream DISCORD_EVENTS exists but cannot serve. duplicate_window: expected 120 s, got 1 s',
  );
  expect(output).toContain('nats stream edit DISCORD_EVENTS');
});

test('one trace spans the event, its handler and its REST calls', async () => {
  await using collector = await Receiver.start();
  const { process } = await rig.startWorker({
    DISCORD_API_URL: simulator.apiUrl,
    DISCORD_TOKEN: simulator.options.token,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    BLOCKED_WORDS: BLOCKED_WORD,
  });
  const [guild] = simulator.world.guilds;
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  await rig.publish(
    'MESSAGE_CREATE',
    {
      id: '1300000000000000001',
      channel_id: guild?.textChannels[0],
      author: { id: '1' },
      content: BLOCKED_WORD,
    },
    { messageId: 'traced', headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } },
  );
  await rig.drained('moderation-worker');
  await rig.drained('task-worker');
  await process.stop();
  const names = spanNames(collector, traceId);
  expect(names).toContain('handle MESSAGE_CREATE');
  expect(names).toContain('DELETE /channels/:id/messages/:id');
  // The task went on with the trace.
  expect(names).toContain('handle PROCESS');
  expect(process.output).not.toContain(simulator.options.token);
});

/** Answers each request with the status that its path gets. */
async function startDiscord(statusOf: (path: string) => number) {
  const server = createServer((request, response) => {
    response.writeHead(statusOf(request.url ?? ''), { 'content-type': 'application/json' });
    response.end('{"message":"401: Unauthorized","code":0}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
}

function spanNames({ requests }: Receiver, traceId: string): string[] {
  const spans = requests.flatMap(({ body }) => {
    const { resourceSpans = [] } = JSON.parse(body) as {
      resourceSpans?: { scopeSpans: { spans: OtlpSpan[] }[] }[];
    };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  });
  return spans.filter((span) => span.traceId === traceId).map(({ name }) => name);
}
