import type { ErrorEvent } from '@sentry/node';

import type { Redaction } from '../redaction.ts';

/**
 * What may leave the process of an error: its types, messages without secrets, where it happened, and
 * the tags. Named one by one, so that a later version of the library cannot add request data, a user,
 * breadcrumbs or local variables.
 */
export function redactEvent(event: ErrorEvent, redact: Redaction): ErrorEvent {
  const { event_id, timestamp, platform, level, environment, release, server_name, tags, sdk } = event;
  const kept = { event_id, timestamp, platform, level, environment, release, server_name, tags, sdk };
  const clean: Record<string, unknown> = { type: undefined };
  for (const [key, value] of Object.entries(kept)) if (value !== undefined) clean[key] = value;
  const values = (event.exception?.values ?? []).map(({ type, value, stacktrace, mechanism }) => ({
    type,
    value: value === undefined ? undefined : redact(value),
    stacktrace: {
      frames: (stacktrace?.frames ?? []).map(
        ({ filename, function: name, module, lineno, colno, in_app }) => ({
          filename,
          function: name,
          module,
          lineno,
          colno,
          in_app,
        }),
      ),
    },
    mechanism: mechanism && { type: mechanism.type, handled: mechanism.handled },
  }));
  const trace = event.contexts?.['trace'];
  return {
    ...clean,
    exception: { values },
    ...(event.message === undefined ? {} : { message: redact(event.message) }),
    ...(trace ? { contexts: { trace: { trace_id: trace['trace_id'], span_id: trace['span_id'] } } } : {}),
  } as ErrorEvent;
}
