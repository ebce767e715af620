import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { readRuntimeConfig, type TelemetryConfig } from '../config.ts';
import { CodedError } from '../errors.ts';
import { createLogger, flushLogger } from '../log.ts';
import { startTelemetry } from './start-telemetry.ts';
import { NO_TELEMETRY, type Telemetry } from './telemetry.ts';
import { Receiver } from './testing/receiver.ts';

const log = createLogger({ component: 'test', level: 'silent' });
/** The 2 s that the last deliveries get, and what a busy machine adds. */
const STOP_LIMIT_MS = 3_000;
const uncaughtListeners = process.listenerCount('uncaughtException');

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: { readonly code?: number };
}

interface OtlpBody {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

function config(env: Record<string, string>): TelemetryConfig {
  return readRuntimeConfig(env).telemetry;
}

function spansOf(collector: Receiver): OtlpSpan[] {
  return collector.requests
    .map(({ body }) => JSON.parse(body) as OtlpBody)
    .flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans))
    .flatMap(({ spans }) => spans);
}

async function start(env: Record<string, string>, random = () => 0): Promise<Telemetry> {
  return startTelemetry({ component: 'gateway', config: config(env), log, random });
}

/** A dispatch on its way: gateway, NATS header, worker, REST call. */
function oneEvent(telemetry: Telemetry): void {
  const published = telemetry.startTrace('publish', { 'discord.event': 'MESSAGE_CREATE' });
  const handled = telemetry.continueTrace('handle', published?.traceparent, {
    consumer: 'moderation-worker',
  });
  const call = handled?.child('DELETE /channels/:id/messages/:id', { status: 204 });
  call?.end();
  handled?.end(new Error('handler failed'));
  published?.end();
}

test('spans of gateway, worker and REST call are one trace at the collector', async () => {
  await using collector = await Receiver.start();
  const telemetry = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` });
  oneEvent(telemetry);
  await telemetry.close();
  expect(collector.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  const body = JSON.parse(collector.requests[0]?.body ?? '') as OtlpBody;
  const spans = spansOf(collector);
  const byName = new Map(spans.map((span) => [span.name, span]));
  const [publish, handle, call] = ['publish', 'handle', 'DELETE /channels/:id/messages/:id'].map((name) =>
    byName.get(name),
  );
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  expect(publish?.parentSpanId ?? '').toBe('');
  expect(handle?.parentSpanId).toBe(publish?.spanId);
  expect(call?.parentSpanId).toBe(handle?.spanId);
  expect(handle?.status.code).toBe(2);
  expect(body.resourceSpans[0]?.resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'shardwatch-gateway' },
  });
});

test('a fifth of all events is traced by default, and the rest carries no header', async () => {
  await using collector = await Receiver.start();
  const telemetry = await start(
    { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` },
    Math.random,
  );
  let traced = 0;
  for (let event = 0; event < 20_000; event += 1) {
    const span = telemetry.startTrace('publish', {});
    if (span) traced += 1;
  }
  // 20,000 draws at 0.2: a standard deviation is 57.
  expect(Math.abs(traced - 4_000)).toBeLessThan(400);
  expect(telemetry.continueTrace('handle', undefined, {})).toBeUndefined();
  expect(telemetry.continueTrace('handle', 'nonsense', {})).toBeUndefined();
  expect(telemetry.continueTrace('handle', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`, {})).toBeUndefined();
  await telemetry.close();
});

/** The JSON lines of all envelopes: their headers, and the events and transactions in them. */
function envelopeLines(ingest: Receiver): Record<string, unknown>[] {
  return ingest.requests.flatMap(({ body }) =>
    body
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
}

interface Transaction {
  readonly transaction: string;
  readonly contexts: {
    readonly trace: { trace_id: string; span_id: string; parent_span_id?: string; status?: string };
  };
}

test('errors and linked traces reach Sentry with their tags, beside an OpenTelemetry collector', async () => {
  await using collector = await Receiver.start();
  await using ingest = await Receiver.start();
  const telemetry = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    SENTRY_DSN: `http://publickey@127.0.0.1:${ingest.port}/42`,
    DEPLOYMENT_ENVIRONMENT: 'staging',
    SHARDWATCH_VERSION: '1.2.3',
  });
  oneEvent(telemetry);
  telemetry.captureError(new CodedError('SESSION_ENDED', 'The session of shard 3 ended'), { shard: '3' });
  telemetry.captureError(new Error('handler failed'), { consumer: 'voice-tracker' });
  await telemetry.close();
  expect(new Set(ingest.requests.map(({ path }) => path.split('?', 1)[0]))).toEqual(
    new Set(['/api/42/envelope/']),
  );
  const lines = envelopeLines(ingest);
  expect(lines).toContainEqual(
    expect.objectContaining({
      environment: 'staging',
      release: 'shardwatch@1.2.3',
      tags: { component: 'gateway', shard: '3', code: 'SESSION_ENDED' },
    }),
  );
  expect(lines).toContainEqual(
    expect.objectContaining({ tags: { component: 'gateway', consumer: 'voice-tracker' } }),
  );
  const transactions = lines.filter((line) => line['type'] === 'transaction' && line['contexts']);
  const traceOf = (name: string) =>
    (transactions as unknown as Transaction[]).find(({ transaction }) => transaction === name)?.contexts
      .trace;
  const [publish, handle, call] = [
    traceOf('publish'),
    traceOf('handle'),
    traceOf('DELETE /channels/:id/messages/:id'),
  ];
  expect(publish?.parent_span_id).toBeUndefined();
  expect(handle).toMatchObject({ parent_span_id: publish?.span_id, trace_id: publish?.trace_id });
  expect(call).toMatchObject({ parent_span_id: handle?.span_id, trace_id: publish?.trace_id });
  expect(handle?.status).toBe('internal_error');
  const spans = spansOf(collector);
  expect(spans.map(({ traceId }) => traceId)).toContain(publish?.trace_id);
  expect(spans.map(({ spanId }) => spanId)).toContain(handle?.span_id);
});

test('each receiver takes its own share of the traces, the smaller one within the larger', async () => {
  await using collector = await Receiver.start();
  await using ingest = await Receiver.start();
  const telemetry = await start(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      OTEL_TRACES_SAMPLER_ARG: '0.5',
      SENTRY_DSN: `http://publickey@127.0.0.1:${ingest.port}/42`,
      SENTRY_TRACES_SAMPLE_RATE: '0.05',
    },
    Math.random,
  );
  for (let event = 0; event < 2_000; event += 1) telemetry.startTrace('publish', {})?.end();
  await telemetry.close();
  const atCollector = new Set(spansOf(collector).map(({ traceId }) => traceId));
  const atSentry = envelopeLines(ingest)
    .filter((line) => line['type'] === 'transaction' && line['contexts'])
    .map((line) => (line as unknown as Transaction).contexts.trace.trace_id);
  // 2,000 draws: standard deviations of 22 and 10.
  expect(Math.abs(atCollector.size - 1_000)).toBeLessThan(150);
  expect(Math.abs(atSentry.length - 100)).toBeLessThan(60);
  expect(atSentry.filter((id) => !atCollector.has(id))).toEqual([]);
  const headers = envelopeLines(ingest).filter((line) => line['trace']);
  expect(headers[0]).toMatchObject({ trace: { sample_rate: '0.05', sampled: 'true' } });
});

/** What Sentry patches where it may. */
function patchable(): unknown[] {
  return [http.request, fetch, console.log, Reflect.get(Module.prototype, '_compile')];
}

test('no secret, token or content is in anything that leaves, and http, console and module loading are not patched', async () => {
  await using collector = await Receiver.start();
  await using ingest = await Receiver.start();
  const secretLog = createLogger({ component: 'test', level: 'silent', secrets: ['the-bot-token-itself'] });
  const before = patchable();
  const telemetry = await startTelemetry({
    component: 'worker',
    config: config({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      SENTRY_DSN: `http://publickey@127.0.0.1:${ingest.port}/42`,
    }),
    log: secretLog,
    random: () => 0,
  });
  expect(patchable()).toEqual(before);
  expect(process.listenerCount('uncaughtException')).toBe(uncaughtListeners);
  const error = Object.assign(
    new Error('PATCH /webhooks/123/aW50ZXJhY3Rpb24tdG9rZW4/messages failed with the-bot-token-itself'),
    {
      requestBody: { json: { content: 'what a user wrote' } },
      url: 'https://discord.test/webhooks/123/aW50ZXJhY3Rpb24tdG9rZW4',
      cause: new Error('caused by what a user wrote'),
    },
  );
  console.log('this would be a breadcrumb of what a user wrote');
  telemetry.captureError(error, { consumer: 'moderation-worker' });
  let quoting: unknown;
  try {
    JSON.parse('what a user wrote');
  } catch (thrown) {
    quoting = thrown;
  }
  telemetry.captureError(quoting, { consumer: 'moderation-worker' });
  const span = telemetry.startTrace('publish', {});
  span?.end(error);
  await telemetry.close();
  const sent = [...collector.requests, ...ingest.requests].map(({ body }) => body).join('\n');
  expect(sent).toContain('PATCH /webhooks/123/[redacted]/messages failed with [redacted]');
  expect(sent).toContain('Not valid JSON');
  for (const leak of ['aW50ZXJhY3Rpb24', 'the-bot-token', 'a user wrote']) expect(sent).not.toContain(leak);
});

test('a handler that fails at every event is reported a few times only', async () => {
  await using ingest = await Receiver.start();
  const telemetry = await start({ SENTRY_DSN: `http://publickey@127.0.0.1:${ingest.port}/42` });
  for (let event = 0; event < 1_000; event += 1) {
    telemetry.captureError(new TypeError(`failed at event ${event}`), { consumer: 'voice-tracker' });
  }
  telemetry.captureError(new RangeError('another one'), { consumer: 'voice-tracker' });
  await telemetry.close();
  const types = envelopeLines(ingest).flatMap(
    ({ exception }) => (exception as { values: { type: string }[] } | undefined)?.values ?? [],
  );
  expect(types.map(({ type }) => type)).toEqual([...Array(5).fill('TypeError'), 'RangeError']);
});

test.each([['refuses'], ['hangs'], ['is away']])(
  'a receiver that %s costs no event and no stop, and is logged once',
  async (how) => {
    await using receiver = await Receiver.start(how === 'hangs' ? 'never' : 500);
    if (how === 'is away') await receiver[Symbol.asyncDispose]();
    const folder = mkdtempSync(join(tmpdir(), 'shardwatch-telemetry-'));
    const fd = openSync(join(folder, 'log'), 'w');
    const fileLog = createLogger({ component: 'test', level: 'warn', fd });
    const telemetry = await startTelemetry({
      component: 'gateway',
      config: config({
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
        SENTRY_DSN: `http://publickey@127.0.0.1:${receiver.port}/42`,
      }),
      log: fileLog,
      random: () => 0,
    });
    for (let event = 0; event < 1_000; event += 1) oneEvent(telemetry);
    telemetry.captureError(new Error('handler failed'), {});
    const startedAt = performance.now();
    await telemetry.close();
    expect(performance.now() - startedAt).toBeLessThan(STOP_LIMIT_MS);
    await flushLogger(fileLog);
    closeSync(fd);
    const lines = readFileSync(join(folder, 'log'), 'utf8').split('\n').filter(Boolean);
    rmSync(folder, { recursive: true });
    const receivers = lines.map((line) => (JSON.parse(line) as { receiver: string }).receiver).sort();
    expect(receivers).toEqual(['OTLP', 'Sentry']);
  },
);

test('without an endpoint and a DSN nothing is loaded', async () => {
  expect(await start({})).toBe(NO_TELEMETRY);
});
