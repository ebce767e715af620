import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';

import type { makeNodeTransport } from '@sentry/node';

import { CodedError, messageOf } from '../errors.ts';
import type { Redaction } from '../redaction.ts';
import { createErrorBudget } from './error-budget.ts';
import { redactEvent } from './redact-event.ts';
import type { SpanKind, TraceBackend } from './trace-backend.ts';

export interface SentryOptions {
  readonly dsn: string;
  readonly ratio: number;
  readonly environment: string;
  readonly component: string;
  readonly version: string;
  readonly redact: Redaction;
  /** Told of each delivery that failed, with the reason in words. */
  readonly onFailure: (reason: string) => void;
}

export interface SentryBackend extends TraceBackend {
  captureError(error: unknown, tags: Readonly<Record<string, string>>): void;
}

const CLOSE_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** Envelopes on their way; more are dropped rather than memory filled while Sentry is away. */
const MAX_ENVELOPES = 256;
const OPERATIONS: Record<SpanKind, string> = {
  producer: 'queue.publish',
  consumer: 'queue.process',
  client: 'http.client',
};
/** Sentry's status for a span that failed. */
const STATUS_ERROR = 2;

/**
 * Sentry, loaded only where there is a DSN, beside whatever OpenTelemetry does: it sets up no
 * OpenTelemetry of its own. None of its default integrations: they patch http and console, and catch
 * what ends the process; nor its hook into the loading of modules.
 */
export async function createSentryBackend(options: SentryOptions): Promise<SentryBackend> {
  const sentry = await import('@sentry/node');
  const client = sentry.init({
    dsn: options.dsn,
    environment: options.environment,
    release: `shardwatch@${options.version}`,
    tracesSampleRate: options.ratio,
    // One transaction an event, sent when it ends. Streamed spans wait 5 s each, and all that wait at
    // the end of the process are sent at once, into a queue that is too short for them.
    traceLifecycle: 'static',
    enableOpenTelemetrySetup: false,
    enableRuntimeChannelInjection: false,
    defaultIntegrations: false,
    maxBreadcrumbs: 0,
    initialScope: { tags: { component: options.component } },
    transportOptions: { bufferSize: MAX_ENVELOPES, httpModule: HTTP_IN_TIME },
    transport: watched(sentry.makeNodeTransport, options.onFailure),
    beforeSend: (event) => redactEvent(event, options.redact),
  });
  // Whether a trace is taken has been decided: a draw of 0 is below every ratio. The ratio itself goes
  // along, so that Sentry can extrapolate.
  const scope = sentry.getCurrentScope();
  scope.setPropagationContext({ ...scope.getPropagationContext(), sampleRand: 0 });
  const mayReport = createErrorBudget();
  return {
    ratio: options.ratio,
    captureError(error, tags) {
      const code = error instanceof CodedError ? error.code : undefined;
      const kind = code ?? (error instanceof Error ? error.name : typeof error);
      if (!mayReport(`${kind} ${Object.values(tags).join(' ')}`, performance.now())) return;
      sentry.captureException(error, { tags: code ? { ...tags, code } : tags });
    },
    start({ name, kind, attributes, traceId, spanId, parent }) {
      const ids = { traceId, spanId, ...(parent ? { parentSpanId: parent.spanId } : {}) };
      const span = sentry.startInactiveSpan({
        name,
        op: OPERATIONS[kind],
        attributes,
        forceTransaction: true,
        // Not in its types, but what it makes the span of: the same ids as everywhere else.
        ...(ids as object),
      });
      return {
        end(error) {
          if (error !== undefined) span.setStatus({ code: STATUS_ERROR, message: 'internal_error' });
          span.end();
        },
      };
    },
    async close() {
      if (client && !(await client.close(CLOSE_TIMEOUT_MS))) {
        options.onFailure(`no answer within ${CLOSE_TIMEOUT_MS} ms`);
      }
    },
  };
}

type HttpModule = NonNullable<Parameters<MakeTransport>[0]['httpModule']>;

/** The library waits for ever, and what waits keeps its place in the queue. */
const HTTP_IN_TIME: HttpModule = {
  request(options, onResponse) {
    const given = options as RequestOptions;
    const { request } = given.protocol === 'https:' ? https : http;
    const sent = request(given, onResponse as (response: IncomingMessage) => void);
    return sent.setTimeout(REQUEST_TIMEOUT_MS, () => {
      sent.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS} ms`));
    });
  },
};

type MakeTransport = typeof makeNodeTransport;

/** Sentry itself only says so where its debugging is on. */
function watched(make: MakeTransport, onFailure: (reason: string) => void): MakeTransport {
  return (transportOptions) => {
    const transport = make(transportOptions);
    return {
      flush: async (timeout) => transport.flush(timeout),
      async send(envelope) {
        try {
          const response = await transport.send(envelope);
          const { statusCode = 200 } = response;
          if (statusCode >= 300) onFailure(`it answered ${statusCode}`);
          return response;
        } catch (error) {
          onFailure(messageOf(error));
          throw error;
        }
      },
    };
  };
}
