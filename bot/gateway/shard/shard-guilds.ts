import type { GatewayDispatchPayload, GatewayReadyDispatchData } from 'discord-api-types/v10';

/** The ids of a shard's guilds, and nothing else of them. */
export class ShardGuilds {
  #ids: Set<string>;
  #version = 0;

  constructor(ids: Iterable<string>) {
    this.#ids = new Set(ids);
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Rises with each change. */
  get version(): number {
    return this.#version;
  }

  list(): string[] {
    return [...this.#ids];
  }

  /** Some guild of the shard, if it has one. */
  any(): string | undefined {
    return this.#ids.values().next().value;
  }

  onReady(data: GatewayReadyDispatchData): void {
    this.#ids = new Set(data.guilds.map(({ id }) => id));
    this.#version += 1;
  }

  onDispatch(payload: GatewayDispatchPayload): void {
    const type: string = payload.t;
    if (type !== 'GUILD_CREATE' && type !== 'GUILD_DELETE') return;
    const { id, unavailable } = (payload.d ?? {}) as { id?: unknown; unavailable?: boolean };
    if (typeof id !== 'string') return;
    if (type === 'GUILD_CREATE') {
      if (this.#ids.has(id)) return;
      this.#ids.add(id);
    } else if (unavailable || !this.#ids.delete(id)) {
      // An outage takes no guild away.
      return;
    }
    this.#version += 1;
  }
}
