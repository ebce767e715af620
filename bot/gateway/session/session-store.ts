import { StorageType, type JetStreamClient, type KV } from 'nats';

import type { SessionRecord } from './session.ts';

const BUCKET = 'discord_sessions';

/** What one shard leaves for the next process that owns it. */
export interface StoredShard {
  readonly session: SessionRecord;
  readonly guildIds: readonly string[];
}

/**
 * Sessions in a JetStream key-value bucket: `session.<shard>` is written often and is small,
 * `guilds.<shard>` changes seldom.
 */
export class SessionStore {
  readonly #bucket: KV;

  private constructor(bucket: KV) {
    this.#bucket = bucket;
  }

  static async open(jetstream: JetStreamClient, replicas: number): Promise<SessionStore> {
    // Whoever takes a shard over must read what the last owner wrote a moment ago: only the leader has it.
    const options = { history: 1, storage: StorageType.File, replicas, allow_direct: false };
    const bucket = await jetstream.views.kv(BUCKET, options);
    return new SessionStore(bucket);
  }

  /** Undefined when there is none, or none that can be read. */
  async load(shardId: number): Promise<StoredShard | undefined> {
    const [session, guilds] = await Promise.all([
      this.#bucket.get(`session.${shardId}`),
      this.#bucket.get(`guilds.${shardId}`),
    ]);
    if (session?.operation !== 'PUT') return undefined;
    return {
      session: session.json<SessionRecord>(),
      guildIds: guilds?.operation === 'PUT' ? guilds.json<string[]>() : [],
    };
  }

  async saveSession(record: SessionRecord): Promise<void> {
    await this.#bucket.put(`session.${record.shardId}`, JSON.stringify(record));
  }

  async saveGuilds(shardId: number, guildIds: readonly string[]): Promise<void> {
    await this.#bucket.put(`guilds.${shardId}`, JSON.stringify(guildIds));
  }

  /** The session ended: nobody shall try to resume it. */
  async forget(shardId: number): Promise<void> {
    await this.#bucket.delete(`session.${shardId}`);
  }
}
