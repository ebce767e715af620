import type { SpanAttributes } from './telemetry.ts';
import type { TraceContext } from './traceparent.ts';

export const SPAN_KINDS = ['producer', 'consumer', 'client'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export interface SpanToStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: SpanAttributes;
  readonly traceId: string;
  /** The id that the span must have. */
  readonly spanId: string;
  readonly parent: TraceContext | undefined;
}

/** Somewhere that spans go. */
export interface TraceBackend {
  /** Share of all traces that it takes, 0 to 1. */
  readonly ratio: number;
  start(span: SpanToStart): BackendSpan;
  close(): Promise<void>;
}

export interface BackendSpan {
  end(error: unknown): void;
}
