import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import type { NatsConnection } from 'nats';

import { createFindStored } from '../../../bot/gateway/publish/find-stored.ts';
import { CodedError } from '../../../runtime/errors.ts';

export interface Comparison {
  /** Dispatches that the simulator's ledger names. */
  readonly dispatched: number;
  /** Of these, in DISCORD_EVENTS exactly once. */
  readonly storedOnce: number;
  /** Ids of dispatches that are not in the stream. */
  readonly missing: readonly string[];
  /** Ids that stand in the stream more than once. */
  readonly repeated: readonly string[];
}

/**
 * Holds the simulator's ledger against DISCORD_EVENTS, dispatch by dispatch.
 * @param simulator `host:port`
 * @throws {CodedError} LEDGER_UNREADABLE
 */
export async function checkLedger(simulator: string, connection: NatsConnection): Promise<Comparison> {
  // The ledger first: what is dispatched in between is then in the stream only, which is no fault.
  const dispatched = await readLedger(simulator);
  const stored = new Map<string, number>();
  await createFindStored(connection.jetstream())(0, (id) => {
    stored.set(id, (stored.get(id) ?? 0) + 1);
    return false;
  });
  return compare(dispatched, stored);
}

/** @param stored message id -> how often it stands in the stream */
export function compare(dispatched: Iterable<string>, stored: ReadonlyMap<string, number>): Comparison {
  const missing: string[] = [];
  let count = 0;
  let storedOnce = 0;
  for (const id of dispatched) {
    count += 1;
    if (!stored.has(id)) missing.push(id);
    else if (stored.get(id) === 1) storedOnce += 1;
  }
  const repeated = [...stored].filter(([, times]) => times > 1).map(([id]) => id);
  return { dispatched: count, storedOnce, missing, repeated };
}

async function readLedger(simulator: string): Promise<Set<string>> {
  const response = await fetch(`http://${simulator}/control/ledger/dispatches`);
  if (!response.ok || !response.body)
    throw new CodedError('LEDGER_UNREADABLE', `The simulator answered ${response.status}`);
  const ids = new Set<string>();
  const lines = createInterface({ input: Readable.fromWeb(response.body) });
  for await (const line of lines) ids.add((JSON.parse(line) as { id: string }).id);
  return ids;
}
