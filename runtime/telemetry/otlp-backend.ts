import { context, SpanKind as OtelSpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';

import { messageOf } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { SpanKind, TraceBackend } from './trace-backend.ts';

export interface OtlpOptions {
  readonly endpoint: string;
  readonly ratio: number;
  readonly component: string;
  readonly version: string;
  readonly log: Logger;
}

const KINDS: Record<SpanKind, OtelSpanKind> = {
  producer: OtelSpanKind.PRODUCER,
  consumer: OtelSpanKind.CONSUMER,
  client: OtelSpanKind.CLIENT,
};
const EXPORT_TIMEOUT_MS = 2_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** Beyond that spans are dropped rather than memory filled while the collector is away. */
const MAX_QUEUED_SPANS = 4_096;
const BATCH_DELAY_MS = 1_000;

/** OpenTelemetry, loaded only where there is a collector. Traces alone: metrics are Prometheus'. */
export async function createOtlpBackend(options: OtlpOptions): Promise<TraceBackend> {
  const { NodeSDK, tracing, resources } = await import('@opentelemetry/sdk-node');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const ids = { traceId: '', spanId: '' };
  const sdk = new NodeSDK({
    autoDetectResources: false,
    resource: resources.resourceFromAttributes({
      'service.name': `shardwatch-${options.component}`,
      'service.version': options.version,
    }),
    // The decision has been made by then.
    sampler: new tracing.AlwaysOnSampler(),
    idGenerator: { generateTraceId: () => ids.traceId, generateSpanId: () => ids.spanId },
    spanProcessors: [
      new tracing.BatchSpanProcessor(exporter, {
        maxQueueSize: MAX_QUEUED_SPANS,
        scheduledDelayMillis: BATCH_DELAY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
    logRecordProcessors: [],
    metricReaders: [],
    instrumentations: [],
  });
  sdk.start();
  const tracer = trace.getTracer('shardwatch', options.version);
  return {
    ratio: options.ratio,
    start({ name, kind, attributes, traceId, spanId, parent }) {
      ids.traceId = traceId;
      ids.spanId = spanId;
      const remote = parent && { ...parent, traceFlags: TraceFlags.SAMPLED, isRemote: true };
      const parentContext = remote ? trace.setSpanContext(context.active(), remote) : context.active();
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes: { ...attributes } },
        parentContext,
      );
      return {
        end(error) {
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
          span.end();
        },
      };
    },
    async close() {
      await within(sdk.shutdown(), CLOSE_TIMEOUT_MS, options.log);
      trace.disable();
    },
  };
}

async function within(work: Promise<void>, deadlineMs: number, log: Logger): Promise<void> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  try {
    await Promise.race([work, deadline]);
  } catch (error) {
    log.warn({ reason: messageOf(error) }, 'the last spans were not delivered');
  } finally {
    clearTimeout(timer);
  }
}
