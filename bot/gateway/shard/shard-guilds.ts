import type { GatewayDispatchPayload, GatewayReadyDispatchData } from 'discord-api-types/v10';

/** The ids of a shard's guilds, and nothing else of them. */
export class ShardGuilds {
  /** Undefined: nobody has told yet. */
  #ids: Set<string> | undefined;
  /** Those in an outage: still the bot's, but Discord answers no request for them. */
  readonly #out = new Set<string>();
  #version = 0;

  /** @param ids undefined when they are not known yet */
  constructor(ids: Iterable<string> | undefined) {
    this.#ids = ids && new Set(ids);
  }

  /** Those in an outage too; undefined before they are known. */
  get size(): number | undefined {
    return this.#ids?.size;
  }

  /** Rises with each change. */
  get version(): number {
    return this.#version;
  }

  list(): string[] {
    return [...(this.#ids ?? [])];
  }

  /** Some guild of the shard that is not in an outage, if it has one. */
  any(): string | undefined {
    for (const id of this.#ids ?? []) if (!this.#out.has(id)) return id;
    return undefined;
  }

  onReady(data: GatewayReadyDispatchData): void {
    // All are called unavailable here, until their GUILD_CREATE.
    this.#ids = new Set(data.guilds.map(({ id }) => id));
    for (const id of this.#out) if (!this.#ids.has(id)) this.#out.delete(id);
    this.#version += 1;
  }

  onDispatch(payload: GatewayDispatchPayload): void {
    const type: string = payload.t;
    if (type !== 'GUILD_CREATE' && type !== 'GUILD_DELETE') return;
    const { id, unavailable } = (payload.d ?? {}) as { id?: unknown; unavailable?: boolean };
    if (typeof id !== 'string') return;
    this.#ids ??= new Set();
    const had = this.#ids.has(id);
    if (type === 'GUILD_CREATE') this.#ids.add(id);
    // An outage takes no guild away.
    else if (!unavailable) this.#ids.delete(id);
    if (unavailable && this.#ids.has(id)) this.#out.add(id);
    else this.#out.delete(id);
    if (had !== this.#ids.has(id)) this.#version += 1;
  }
}
