import type { IdentifyLimits } from './protocol/identify-limits.ts';
import type { Account } from './protocol/account.ts';
import type { Connections } from './protocol/connections.ts';
import type { Sessions } from './protocol/sessions.ts';
import type { LedgerCounts } from './ledger/entries.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Traffic } from './traffic/traffic.ts';

export interface ShardStatus {
  readonly shardId: number;
  readonly shardCount: number;
  readonly sessionId: string;
  readonly sequence: number;
  /** blackholed: the socket stands but nothing passes. detached: waiting for a RESUME. */
  readonly state: 'connected' | 'blackholed' | 'detached';
  readonly connectionId: number | undefined;
}

export interface SimulatorStatus {
  /** One entry a session, by shard. */
  readonly shards: readonly ShardStatus[];
  readonly connections: number;
  readonly sessions: number;
  readonly sessionStarts: { readonly total: number; readonly remaining: number };
  readonly tokenRevoked: boolean;
  readonly traffic: Traffic['status'];
  readonly counts: LedgerCounts;
}

export interface StatusParts {
  readonly sessions: Sessions;
  readonly connections: Connections;
  readonly identifyLimits: IdentifyLimits;
  readonly account: Account;
  readonly traffic: Traffic;
  readonly ledger: Ledger;
  readonly nowMs: () => number;
}

export function statusOf(parts: StatusParts): SimulatorStatus {
  const { sessions, connections, identifyLimits, account, traffic, ledger } = parts;
  const { total, remaining } = identifyLimits.report(parts.nowMs());
  return {
    shards: shardStatuses(sessions),
    connections: connections.all.size,
    sessions: sessions.size,
    sessionStarts: { total, remaining },
    tokenRevoked: account.revoked,
    traffic: traffic.status,
    counts: ledger.counts(),
  };
}

function shardStatuses(sessions: Sessions): ShardStatus[] {
  const shards: ShardStatus[] = [];
  for (const { id: sessionId, shardId, shardCount, sequence, connection } of sessions.all()) {
    const state = connection ? (connection.blackholed ? 'blackholed' : 'connected') : 'detached';
    shards.push({ shardId, shardCount, sessionId, sequence, state, connectionId: connection?.id });
  }
  return shards.sort((a, b) => a.shardCount - b.shardCount || a.shardId - b.shardId);
}
