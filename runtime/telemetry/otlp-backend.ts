import {
  ROOT_CONTEXT,
  SpanKind as OtelSpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { OTLPTraceExporter as Exporter } from '@opentelemetry/exporter-trace-otlp-http';

import { messageOf } from '../errors.ts';
import type { Redaction } from '../redaction.ts';
import type { SpanKind, TraceBackend } from './trace-backend.ts';

export interface OtlpOptions {
  readonly endpoint: string;
  readonly ratio: number;
  readonly component: string;
  readonly version: string;
  readonly redact: Redaction;
  /** Told of each batch that was not delivered, with the reason in words. */
  readonly onFailure: (reason: string) => void;
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
  watch(exporter, options.onFailure);
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
    // Spans are handed on explicitly: no async context, no headers put in or read by themselves.
    textMapPropagator: null,
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
      const parentContext = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes: { ...attributes } },
        parentContext,
      );
      return {
        end(error) {
          if (error !== undefined) {
            span.setStatus({ code: SpanStatusCode.ERROR, message: options.redact(messageOf(error)) });
          }
          span.end();
        },
      };
    },
    async close() {
      await within(sdk.shutdown(), CLOSE_TIMEOUT_MS, options.onFailure);
      trace.disable();
    },
  };
}

/** The library only says so where its debugging is on. */
function watch(exporter: Exporter, onFailure: (reason: string) => void): void {
  const send = exporter.export.bind(exporter);
  exporter.export = (spans, onResult) =>
    send(spans, (result) => {
      if (result.error) onFailure(messageOf(result.error));
      onResult(result);
    });
}

async function within(
  work: Promise<void>,
  deadlineMs: number,
  onFailure: (reason: string) => void,
): Promise<void> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  try {
    await Promise.race([work, deadline]);
  } catch (error) {
    onFailure(messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}
