import type { Logger } from '../../../runtime/log.ts';
import type { FindStored } from '../publish/find-stored.ts';
import { PUBLISHER_DEFAULTS } from '../publish/publication.ts';
import { storedSequences } from './lost.ts';
import type { Inherited } from './session-keeper.ts';
import type { SessionStore, StoredShard } from './session-store.ts';
import { Session } from './session.ts';

const NOTHING: Inherited = { session: undefined, guildIds: undefined, savedAt: undefined };

export interface InheritParts {
  readonly store: Pick<SessionStore, 'load'>;
  readonly findStored: FindStored;
  readonly shardCount: number;
  readonly log: Logger;
}

/**
 * Loads what earlier owners of these shards left. A record that is older than JetStream's memory of
 * message ids is completed from the stream itself, so that a replay stores nothing twice.
 */
export async function inheritSessions(
  shardIds: readonly number[],
  parts: InheritParts,
): Promise<Map<number, Inherited>> {
  const stored = await Promise.all(shardIds.map(async (id) => parts.store.load(id)));
  const usable = stored.filter((shard) => shard !== undefined).filter((shard) => isUsable(shard, parts));
  const old = usable.filter(
    ({ session }) => Date.now() - session.savedAt > PUBLISHER_DEFAULTS.duplicateWindowMs,
  );
  const known = await lookUpOld(old, parts);
  const inherited = new Map<number, Inherited>(shardIds.map((id) => [id, NOTHING]));
  for (const { session: record, guildIds } of usable) {
    const session = Session.restore(record);
    session.markStoredEarlier(known.get(record.sessionId) ?? []);
    inherited.set(record.shardId, { session, guildIds, savedAt: record.savedAt });
  }
  return inherited;
}

function isUsable({ session }: StoredShard, { shardCount, log }: InheritParts): boolean {
  if (session.shardCount === shardCount) return true;
  log.warn(
    { shard: session.shardId, was: session.shardCount, is: shardCount },
    'the shard count changed: sessions cannot be resumed',
  );
  return false;
}

async function lookUpOld(
  old: readonly StoredShard[],
  parts: InheritParts,
): Promise<Map<string, Set<number>>> {
  if (old.length === 0) return new Map();
  parts.log.info({ shards: old.length }, 'sessions are old: looking for their events in the stream');
  const behind = Math.min(...old.map(({ session }) => session.streamSequence));
  return storedSequences(
    parts.findStored,
    behind,
    old.map(({ session }) => session.sessionId),
  );
}
