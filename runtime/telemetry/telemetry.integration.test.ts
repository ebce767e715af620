import { expect, test } from 'vitest';

import { readRuntimeConfig, type TelemetryConfig } from '../config.ts';
import { CodedError } from '../errors.ts';
import { createLogger } from '../log.ts';
import { startTelemetry } from './start-telemetry.ts';
import { NO_TELEMETRY, type Telemetry } from './telemetry.ts';
import { Receiver } from './testing/receiver.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const STOP_LIMIT_MS = 4_000;

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
  const spans = body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
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

test('errors and traces reach Sentry with their tags, beside an OpenTelemetry collector', async () => {
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
  expect(collector.requests).toHaveLength(1);
  expect(new Set(ingest.requests.map(({ path }) => path.split('?', 1)[0]))).toEqual(
    new Set(['/api/42/envelope/']),
  );
  const items = ingest.requests.flatMap(({ body }) =>
    body.split('\n').filter((line) => line.startsWith('{')),
  );
  const events = items.map((item) => JSON.parse(item) as Record<string, unknown>);
  expect(events).toContainEqual(
    expect.objectContaining({
      environment: 'staging',
      release: 'shardwatch@1.2.3',
      tags: { component: 'gateway', shard: '3', code: 'SESSION_ENDED' },
    }),
  );
  expect(events).toContainEqual(
    expect.objectContaining({ tags: { component: 'gateway', consumer: 'voice-tracker' } }),
  );
  const spans = events.flatMap(({ items }) => (items ?? []) as { name: string; trace_id: string }[]);
  expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['publish', 'handle']));
  expect(new Set(spans.map(({ trace_id }) => trace_id)).size).toBe(1);
});

test.each([['refuses'], ['hangs'], ['is away']])(
  'a receiver that %s costs no event and no stop',
  async (how) => {
    await using receiver = await Receiver.start(how === 'hangs' ? 'never' : 500);
    if (how === 'is away') await receiver[Symbol.asyncDispose]();
    const telemetry = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}`,
      SENTRY_DSN: `http://publickey@127.0.0.1:${receiver.port}/42`,
    });
    for (let event = 0; event < 1_000; event += 1) oneEvent(telemetry);
    telemetry.captureError(new Error('handler failed'), {});
    const startedAt = performance.now();
    await telemetry.close();
    expect(performance.now() - startedAt).toBeLessThan(STOP_LIMIT_MS);
  },
);

test('without an endpoint and a DSN nothing is loaded', async () => {
  expect(await start({})).toBe(NO_TELEMETRY);
});
