import type { MsgHdrs } from 'nats';

import { EVENT_HEADERS } from '../../events.ts';
import { DEAD_HEADERS } from '../dead/dead-letter.ts';

/** What may be shown of a dead letter without showing what somebody wrote. */
export interface DeadLetterSummary {
  /** By which the commands name it. */
  readonly sequence: number;
  readonly consumer: string;
  readonly reason: string;
  readonly error: string;
  readonly deliveries: number;
  readonly diedAtMs: number;
  /** Empty for a message that no gateway wrote. */
  readonly event: string;
  readonly originalId: string;
  readonly stream: string;
  readonly streamSequence: number;
  /** Where a replay goes; undefined when the message itself is gone. */
  readonly subject: string | undefined;
  readonly bodyBytes: number;
}

export function summaryOf(sequence: number, headers: MsgHdrs, bodyBytes: number): DeadLetterSummary {
  return {
    sequence,
    consumer: headers.get(DEAD_HEADERS.consumer),
    reason: headers.get(DEAD_HEADERS.reason),
    error: headers.get(DEAD_HEADERS.error),
    deliveries: Number(headers.get(DEAD_HEADERS.deliveries)),
    diedAtMs: Number(headers.get(DEAD_HEADERS.diedAt)),
    event: headers.get(EVENT_HEADERS.event),
    originalId: headers.get(DEAD_HEADERS.originalId),
    stream: headers.get(DEAD_HEADERS.stream),
    streamSequence: Number(headers.get(DEAD_HEADERS.streamSequence)),
    subject: headers.get(DEAD_HEADERS.subject) || undefined,
    bodyBytes,
  };
}

const COLUMNS = ['SEQ', 'DIED', 'CONSUMER', 'EVENT', 'REASON', 'DELIVERIES', 'ERROR'] as const;

/** A table for people, one line a dead letter. */
export function tableOf(letters: readonly DeadLetterSummary[]): string {
  const rows = [COLUMNS, ...letters.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
}

function cellsOf({
  sequence,
  diedAtMs,
  consumer,
  event,
  reason,
  deliveries,
  error,
}: DeadLetterSummary): string[] {
  const died = new Date(diedAtMs).toISOString().slice(0, 19);
  return [String(sequence), died, consumer, event || '-', reason, String(deliveries), error];
}
