/**
 * What gateway and worker know of tracing and error reporting. `start-telemetry.ts` makes one;
 * without an endpoint and a DSN all of it does nothing and loads nothing.
 */
export interface Telemetry {
  /**
   * Begins a trace for one event in `ratio` of all cases and returns undefined in all others,
   * before anything is allocated.
   */
  startTrace(name: string, attributes: SpanAttributes): TraceSpan | undefined;
  /** Goes on with a trace that came in a `traceparent` header; undefined where there is none. */
  continueTrace(
    name: string,
    traceparent: string | undefined,
    attributes: SpanAttributes,
  ): TraceSpan | undefined;
  /** Reports an error; tags such as shard and consumer are bounded, never user content. */
  captureError(error: unknown, tags: Readonly<Record<string, string>>): void;
  /** Sends what is still held, within the deadline. */
  close(): Promise<void>;
}

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface TraceSpan {
  /** W3C trace context of this span, for the next hop's header. */
  readonly traceparent: string;
  child(name: string, attributes: SpanAttributes): TraceSpan;
  /** Ends the span; an error marks it as failed. */
  end(error?: unknown): void;
}

export const NO_TELEMETRY: Telemetry = {
  startTrace: () => undefined,
  continueTrace: () => undefined,
  captureError: () => undefined,
  close: async () => undefined,
};
