import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { SessionRecord } from './session.ts';
import type { SessionStore } from './session-store.ts';

/** How often progress is written. A crash replays at most this much, and the message ids drop it. */
export const SAVE_INTERVAL_MS = 1_000;

/** What a shard has to save; `session` is undefined where only the guilds changed. */
export interface Unsaved {
  readonly session: SessionRecord | 'ended' | undefined;
  readonly guildIds: readonly string[] | undefined;
  /** Called once all of it is written. */
  readonly onSaved: () => void;
}

export interface Saveable {
  readonly id: number;
  /** Undefined where nothing changed since the last save. */
  unsaved(): Unsaved | undefined;
}

/** Writes what changed of every shard, one write a shard at a time. */
export class SessionSaver {
  readonly #store: SessionStore;
  readonly #log: Logger;
  readonly #shards: () => Iterable<Saveable>;
  readonly #timer: NodeJS.Timeout;
  readonly #writing = new Map<number, Promise<void>>();

  constructor(store: SessionStore, shards: () => Iterable<Saveable>, log: Logger) {
    this.#store = store;
    this.#shards = shards;
    this.#log = log;
    this.#timer = setInterval(() => this.saveChanged(), SAVE_INTERVAL_MS);
  }

  saveChanged(): void {
    for (const shard of this.#shards()) this.save(shard);
  }

  save(shard: Saveable): void {
    if (this.#writing.has(shard.id)) return;
    const unsaved = shard.unsaved();
    if (!unsaved) return;
    const write = this.#write(shard.id, unsaved).finally(() => this.#writing.delete(shard.id));
    this.#writing.set(shard.id, write);
  }

  /** Writes the last state of one shard; it must change no more. */
  async saveLast(shard: Saveable): Promise<void> {
    await this.#writing.get(shard.id);
    this.save(shard);
    await this.#writing.get(shard.id);
  }

  /** Writes the last state of every shard and stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#writing.values());
    this.saveChanged();
    await Promise.all(this.#writing.values());
  }

  async #write(shardId: number, { session, guildIds, onSaved }: Unsaved): Promise<void> {
    try {
      if (guildIds) await this.#store.saveGuilds(shardId, guildIds);
      if (session === 'ended') await this.#store.forget(shardId);
      else if (session) await this.#store.saveSession(session);
      onSaved();
    } catch (error) {
      // Tried again a second later; until then a crash replays a little more.
      this.#log.warn({ shard: shardId, reason: messageOf(error) }, 'could not save the session');
    }
  }
}
