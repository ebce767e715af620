import type { TelemetryConfig } from '../config.ts';
import { redactionOf, type Logger } from '../log.ts';
import { createFailureLog } from './failure-log.ts';
import { createOtlpBackend } from './otlp-backend.ts';
import { createSentryBackend, type SentryBackend } from './sentry-backend.ts';
import { NO_TELEMETRY, type SpanAttributes, type Telemetry, type TraceSpan } from './telemetry.ts';
import type { SpanKind, TraceBackend } from './trace-backend.ts';
import {
  formatTraceparent,
  fractionOf,
  newSpanId,
  newTraceId,
  parseTraceparent,
  type TraceContext,
} from './traceparent.ts';

export interface TelemetryOptions {
  readonly component: string;
  readonly config: TelemetryConfig;
  readonly log: Logger;
  /** From 0 to 1; for tests. */
  readonly random?: () => number;
}

/** Loads what is configured: OpenTelemetry where there is a collector, Sentry where there is a DSN. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { component, config, log } = options;
  const redact = redactionOf(log);
  const otlp = config.otlpEndpoint
    ? await createOtlpBackend({
        endpoint: config.otlpEndpoint,
        ratio: config.traceSampleRatio,
        component,
        version: config.version,
        redact,
        onFailure: createFailureLog(log, 'OTLP'),
      })
    : undefined;
  const sentry = config.sentryDsn
    ? await createSentryBackend({
        dsn: config.sentryDsn,
        ratio: config.sentryTracesSampleRate,
        environment: config.environment,
        component,
        version: config.version,
        redact,
        onFailure: createFailureLog(log, 'Sentry'),
      })
    : undefined;
  if (!otlp && !sentry) return NO_TELEMETRY;
  const backends = [otlp, sentry].filter((backend) => backend !== undefined);
  return createTelemetry(backends, sentry, options.random ?? Math.random);
}

/**
 * One draw decides about a trace before anything is allocated, since most are not taken. Where the
 * backends take different shares, the trace id decides which of them takes it: the same ones in
 * every process.
 */
export function createTelemetry(
  backends: readonly TraceBackend[],
  errors: Pick<SentryBackend, 'captureError'> | undefined,
  random: () => number,
): Telemetry {
  const headRatio = Math.max(...backends.map(({ ratio }) => ratio));

  const start = (
    name: string,
    kind: SpanKind,
    attributes: SpanAttributes,
    traceId: string,
    parent: TraceContext | undefined,
  ): TraceSpan => {
    const context = { traceId, spanId: newSpanId(), sampled: true };
    const share = fractionOf(traceId) * headRatio;
    const spans = backends
      .filter(({ ratio }) => share < ratio)
      .map((backend) => backend.start({ name, kind, attributes, traceId, spanId: context.spanId, parent }));
    return {
      traceparent: formatTraceparent(context),
      child: (childName, childAttributes) => start(childName, 'client', childAttributes, traceId, context),
      end: (error) => {
        for (const span of spans) span.end(error);
      },
    };
  };

  return {
    startTrace(name, attributes) {
      if (random() >= headRatio) return undefined;
      return start(name, 'producer', attributes, newTraceId(), undefined);
    },
    continueTrace(name, traceparent, attributes) {
      if (!traceparent) return undefined;
      const parent = parseTraceparent(traceparent);
      if (!parent?.sampled) return undefined;
      return start(name, 'consumer', attributes, parent.traceId, parent);
    },
    captureError: (error, tags) => errors?.captureError(error, tags),
    close: async () => {
      await Promise.all(backends.map(async (backend) => backend.close()));
    },
  };
}
