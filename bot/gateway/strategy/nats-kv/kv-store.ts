import { StorageType, type JetStreamClient, type JetStreamManager, type KV, type NatsConnection } from 'nats';

import { JETSTREAM_ERRORS, jetStreamErrorOf } from '../../../../runtime/nats/jetstream-error.ts';
import type { Logger } from '../../../../runtime/log.ts';
import { refuseUnsafeReplicas } from '../../safe-replicas.ts';
import type { Claim, HeldLease, Lease, LeaseStore, LeaseView, Member } from '../lease-store.ts';
import { BucketMirror, type MirroredEntry } from './bucket-mirror.ts';

const BUCKET = 'discord_leases';
const STREAM = `KV_${BUCKET}`;
const FLEET = 'fleet';
const MEMBER = 'member.';
const SHARD = 'shard.';
/** First server line on which replicated buckets keep their word in every case that is known. */
const SAFE_REPLICATED_VERSION = '2.11.0';
/** Marks of deleted members are removed later than anybody could need them. */
const MARK_AGE_MS = 120_000;

type MemberRecord = Pick<Member, 'shardCount' | 'capacity' | 'staleMs'>;

export interface KvStoreParts {
  readonly connection: NatsConnection;
  readonly replicas: number;
  /** How long one request may take, in milliseconds. */
  readonly requestMs: number;
  readonly log: Logger;
}

/**
 * Leases in a JetStream key-value bucket, one key a member and one a shard; the revision of the acquisition is
 * the epoch. The bucket has no time to live: when a key expires would be a matter of the server's clock, which
 * may jump. Reads go to the leader (no `allow_direct`), since a follower may not have the last write yet.
 */
export class KvStore implements LeaseStore {
  readonly place = `NATS bucket ${BUCKET}`;
  readonly #parts: KvStoreParts;
  readonly #jetstream: JetStreamClient;
  #opened: { bucket: KV; manager: JetStreamManager; mirror: BucketMirror } | undefined;
  /** The revision of this process's own record; 0 when it is not known. */
  #ownRevision = 0;
  #ownRecord = '';

  constructor(parts: KvStoreParts) {
    this.#parts = parts;
    this.#jetstream = parts.connection.jetstream({ timeout: parts.requestMs });
  }

  /** @throws {CodedError} NATS_TOO_OLD where a replicated bucket could give one shard to two processes */
  async open(): Promise<void> {
    const { connection, replicas, requestMs, log } = this.#parts;
    const version = connection.info?.version ?? '0.0.0';
    refuseUnsafeReplicas(version, replicas, SAFE_REPLICATED_VERSION);
    const options = { history: 1, storage: StorageType.File, replicas, allow_direct: false };
    const bucket = await this.#jetstream.views.kv(BUCKET, options);
    // It may have been created with others.
    refuseUnsafeReplicas(version, (await bucket.status()).replicas, SAFE_REPLICATED_VERSION);
    const manager = await connection.jetstreamManager({ timeout: requestMs });
    this.#opened = { bucket, manager, mirror: new BucketMirror(bucket, manager, STREAM, requestMs, log) };
  }

  async view(): Promise<LeaseView> {
    const entries = await this.#open.mirror.read();
    await this.#removeOneMark(entries);
    const members: Member[] = [];
    const leases = new Map<number, Lease>();
    for (const [key, { revision, text }] of entries) {
      if (text === undefined) continue;
      if (key.startsWith(MEMBER)) {
        const record = JSON.parse(text) as MemberRecord;
        members.push({ ...record, owner: key.slice(MEMBER.length), beat: String(revision) });
      } else if (key.startsWith(SHARD)) {
        const shardId = Number(key.slice(SHARD.length));
        const owner = text === '' ? undefined : text;
        leases.set(shardId, { shardId, owner, epoch: revision, version: revision });
      }
    }
    const fleet = entries.get(FLEET)?.text;
    return { shardCount: fleet === undefined ? undefined : Number(fleet), members, leases };
  }

  async changeCount(from: number | undefined, to: number): Promise<boolean> {
    const { bucket, mirror } = this.#open;
    const seen = (await mirror.read()).get(FLEET);
    if (seen?.text !== (from === undefined ? undefined : String(from))) return false;
    return won(async () => bucket.put(FLEET, String(to), { previousSeq: seen?.revision ?? 0 }));
  }

  async join({ owner, shardCount, capacity, staleMs }: Omit<Member, 'beat'>): Promise<void> {
    this.#ownRecord = JSON.stringify({ shardCount, capacity, staleMs } satisfies MemberRecord);
    this.#ownRevision = await this.#open.bucket.put(MEMBER + owner, this.#ownRecord);
  }

  async beat(owner: string): Promise<boolean> {
    const { bucket } = this.#open;
    const key = MEMBER + owner;
    const expected = this.#ownRevision;
    this.#ownRevision = 0;
    if (expected > 0) {
      const moved = await won(async () => {
        this.#ownRevision = await bucket.update(key, this.#ownRecord, expected);
      });
      if (moved) return true;
    }
    // The answer to an earlier beat was lost, or somebody removed the record: the leader knows.
    const entry = await bucket.get(key);
    if (entry?.operation !== 'PUT') return false;
    return won(async () => {
      this.#ownRevision = await bucket.update(key, this.#ownRecord, entry.revision);
    });
  }

  async evict({ owner, beat }: Member): Promise<boolean> {
    const { bucket, mirror } = this.#open;
    const key = MEMBER + owner;
    if (await won(async () => bucket.delete(key, { previousSeq: Number(beat) }))) return true;
    const entry = await bucket.get(key);
    if (entry?.operation === 'PUT') return false;
    if (entry === null) mirror.forget(key);
    return true;
  }

  async claim(owner: string, claims: readonly Claim[]): Promise<readonly HeldLease[]> {
    const held = await Promise.all(
      claims.map(async ({ shardId, lease }) => {
        try {
          const epoch = await this.#open.bucket.put(SHARD + shardId, owner, {
            previousSeq: lease?.version ?? 0,
          });
          return { shardId, epoch };
        } catch (error) {
          // Another was faster; or, without an answer, it may be ours: the next view shows that.
          if (!isConflict(error)) this.#parts.log.warn({ shard: shardId, err: error }, 'claim unanswered');
          return undefined;
        }
      }),
    );
    return held.filter((lease) => lease !== undefined);
  }

  async release(_owner: string, leases: readonly HeldLease[]): Promise<void> {
    const { bucket } = this.#open;
    await Promise.all(
      leases.map(async ({ shardId, epoch }) => won(async () => bucket.update(SHARD + shardId, '', epoch))),
    );
  }

  async leave(owner: string): Promise<void> {
    await this.#open.bucket.delete(MEMBER + owner);
  }

  async close(): Promise<void> {
    this.#opened?.mirror.close();
  }

  get #open() {
    if (!this.#opened) throw new Error('the lease store is not open');
    return this.#opened;
  }

  /** Each process leaves a mark when it is gone: removed one by one, so that they do not pile up. */
  async #removeOneMark(entries: ReadonlyMap<string, MirroredEntry>): Promise<void> {
    const nowMs = performance.now();
    for (const [key, { text, seenAtMs }] of entries) {
      if (text !== undefined || !key.startsWith(MEMBER) || nowMs - seenAtMs < MARK_AGE_MS) continue;
      const { manager, mirror } = this.#open;
      await manager.streams.purge(STREAM, { filter: `$KV.${BUCKET}.${key}` });
      mirror.forget(key);
      return;
    }
  }
}

function isConflict(error: unknown): boolean {
  return jetStreamErrorOf(error) === JETSTREAM_ERRORS.wrongLastSequence;
}

/** False when another write came first; rejects when the outcome is unknown. */
async function won(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
