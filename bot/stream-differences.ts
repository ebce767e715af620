import { millis, type ConsumerConfig, type StreamConfig } from 'nats';

import type { ConsumerDefinition, StreamDefinition } from './streams.ts';

/** One setting of a stream or consumer that is not as declared. */
export interface Difference {
  readonly setting: string;
  readonly expected: string;
  readonly got: string;
  /** Undefined when the bot can live with it; else what an operator has to do. */
  readonly fix: string | undefined;
}

type ExpectedStream = StreamDefinition & { readonly num_replicas: number };
type Unit = 'plain' | 'time';

/**
 * Compares a stream that exists with its declaration. What the server does not report (older
 * versions know fewer settings) is no difference. Limits and replicas are the operator's to tune;
 * where the stream could lose events, deliver none or store repeats, the difference has a `fix`.
 */
export function streamDifferences(expected: ExpectedStream, got: Partial<StreamConfig>): Difference[] {
  const { name } = expected;
  const recreate = `remove it (nats stream rm ${name}: what it holds is lost) and start again`;
  const differences = [
    ...subjectDifferences(expected, got),
    ...compare('storage', 'plain', expected.storage, got.storage, recreate),
    ...compare('retention', 'plain', expected.retention, got.retention, recreate),
    ...compare('discard', 'plain', expected.discard, got.discard),
    ...compare('max_age', 'time', expected.max_age, got.max_age),
    ...compare('max_bytes', 'plain', expected.max_bytes, got.max_bytes),
    ...compare('max_msgs', 'plain', -1, got.max_msgs),
    ...compare('max_msgs_per_subject', 'plain', -1, got.max_msgs_per_subject),
    ...compare('num_replicas', 'plain', expected.num_replicas, got.num_replicas),
    ...compare('no_ack', 'plain', false, got.no_ack, recreate),
    ...compare('sealed', 'plain', false, got.sealed, recreate),
  ];
  const windowFix =
    (got.duplicate_window ?? 0) < expected.duplicate_window
      ? `nats stream edit ${name} --dupe-window=${millis(expected.duplicate_window)}ms`
      : undefined;
  differences.push(
    ...compare('duplicate_window', 'time', expected.duplicate_window, got.duplicate_window, windowFix),
  );
  return differences;
}

/** Subjects beyond ours do no harm; one of ours that is missing means events that nobody stores. */
function subjectDifferences(expected: ExpectedStream, got: Partial<StreamConfig>): Difference[] {
  const subjects = got.subjects ?? [];
  const covered = expected.subjects.every((subject) => subjects.includes(subject));
  if (covered && subjects.length === expected.subjects.length) return [];
  const command = `nats stream edit ${expected.name} ${expected.subjects.map((s) => `--subjects='${s}'`).join(' ')}`;
  return [
    {
      setting: 'subjects',
      expected: expected.subjects.join(', '),
      got: subjects.join(', ') || 'none',
      fix: covered ? undefined : command,
    },
  ];
}

/** As `streamDifferences`, for a durable consumer. */
export function consumerDifferences(
  expected: ConsumerDefinition,
  got: Partial<ConsumerConfig>,
): Difference[] {
  const { stream, durable_name: name } = expected;
  const recreate = `remove it (nats consumer rm ${stream} ${name}) and start again`;
  const filters = got.filter_subjects ?? [got.filter_subject ?? 'all subjects'];
  return [
    ...compare('filter_subject', 'plain', expected.filter_subject, filters.join(', '), recreate),
    ...compare('ack_policy', 'plain', expected.ack_policy, got.ack_policy, recreate),
    ...compare('deliver_subject', 'plain', 'none (pull)', got.deliver_subject, recreate),
    ...compare('headers_only', 'plain', false, got.headers_only, recreate),
    ...compare('deliver_policy', 'plain', expected.deliver_policy, got.deliver_policy),
    ...tunedSettings(expected, got),
  ];
}

/** The settings that both a release and an operator may change while the consumer lives. */
export function tunedSettings(expected: ConsumerDefinition, got: Partial<ConsumerConfig>): Difference[] {
  return [
    ...compare('max_deliver', 'plain', expected.max_deliver, got.max_deliver),
    ...compare('ack_wait', 'time', expected.ack_wait, got.ack_wait),
    ...compare('max_ack_pending', 'plain', expected.max_ack_pending, got.max_ack_pending),
  ];
}

/** Only called with settings that are declared: an undefined `got` is a server that does not know it. */
function compare(setting: string, unit: Unit, expected: unknown, got: unknown, fix?: string): Difference[] {
  if (got === undefined || got === expected) return [];
  return [{ setting, expected: inWords(unit, expected), got: inWords(unit, got), fix }];
}

function inWords(unit: Unit, value: unknown): string {
  if (unit === 'plain' || typeof value !== 'number') return String(value);
  return value === 0 ? 'unlimited' : `${millis(value) / 1_000} s`;
}
