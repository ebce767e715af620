import { CodedError } from '../errors.ts';
import type { SpanKind, TraceBackend } from './trace-backend.ts';

export interface SentryOptions {
  readonly dsn: string;
  readonly ratio: number;
  readonly environment: string;
  readonly component: string;
  readonly version: string;
}

export interface SentryBackend extends TraceBackend {
  captureError(error: unknown, tags: Readonly<Record<string, string>>): void;
}

const CLOSE_TIMEOUT_MS = 2_000;
const OPERATIONS: Record<SpanKind, string> = {
  producer: 'queue.publish',
  consumer: 'queue.process',
  client: 'http.client',
};
/** Sentry's status for a span that failed. */
const STATUS_ERROR = 2;

/**
 * Sentry, loaded only where there is a DSN. Its spans have ids of their own and hang together by trace. None of its default integrations: they patch http and
 * console, and catch what ends the process. Errors are sent as code and message without their
 * causes, breadcrumbs or request data, which could hold content.
 */
export async function createSentryBackend(options: SentryOptions): Promise<SentryBackend> {
  const sentry = await import('@sentry/node');
  sentry.init({
    dsn: options.dsn,
    environment: options.environment,
    release: `shardwatch@${options.version}`,
    tracesSampleRate: options.ratio,
    // Spans are Sentry's own: an OpenTelemetry SDK in the same process is left alone.
    enableOpenTelemetrySetup: false,
    defaultIntegrations: false,
    maxBreadcrumbs: 0,
    initialScope: { tags: { component: options.component } },
    beforeSend: ({ breadcrumbs: _crumbs, extra: _extra, request: _request, user: _user, ...event }) => event,
  });
  return {
    ratio: options.ratio,
    captureError(error, tags) {
      const code = error instanceof CodedError ? { code: error.code } : {};
      sentry.captureException(error, { tags: { ...tags, ...code } });
    },
    start({ name, kind, attributes, traceId, spanId, parent }) {
      // "Sampled" is passed on as the parent's decision, so that Sentry does not draw again.
      const sentryTrace = `${traceId}-${parent?.spanId ?? spanId}-1`;
      const baggage = `sentry-trace_id=${traceId},sentry-sampled=true,sentry-sample_rate=${options.ratio}`;
      const span = sentry.continueTrace({ sentryTrace, baggage }, () =>
        sentry.startInactiveSpan({
          name,
          op: OPERATIONS[kind],
          attributes: { ...attributes },
          forceTransaction: true,
        }),
      );
      return {
        end(error) {
          if (error !== undefined) span.setStatus({ code: STATUS_ERROR, message: 'internal_error' });
          span.end();
        },
      };
    },
    async close() {
      await sentry.close(CLOSE_TIMEOUT_MS);
    },
  };
}
