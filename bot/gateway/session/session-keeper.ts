import type { SessionInfo } from '@discordjs/ws';
import type { GatewayReadyDispatchData } from 'discord-api-types/v10';

import type { Logger } from '../../../runtime/log.ts';
import type { FindStored } from '../publish/find-stored.ts';
import type { ShardActivity } from '../shard/shard-activity.ts';
import { ShardGuilds } from '../shard/shard-guilds.ts';
import { countLost } from './lost.ts';
import type { Saveable, Unsaved } from './session-saver.ts';
import { Session } from './session.ts';

export interface Inherited {
  readonly session: Session | undefined;
  /** Undefined when they are not known. */
  readonly guildIds: readonly string[] | undefined;
  /** When the last owner noted that it lived, in milliseconds since 1970. */
  readonly savedAt: number | undefined;
}

export interface SessionKeeperParts {
  readonly id: number;
  readonly activity: ShardActivity;
  readonly inherited: Inherited | undefined;
  /** False: another process may have the session, and what this one knows of it must not be written. */
  readonly held: () => boolean;
  /** The last known position of DISCORD_EVENTS. */
  readonly streamSequence: () => number;
  readonly findStored: FindStored;
  readonly log: Logger;
  /** The session began or ended: worth saving at once. */
  readonly onChange: () => void;
}

/** Even without progress a record is written again, so that its age tells when its owner died. */
const REFRESH_RECORD_MS = 20_000;
const NEVER_SAVED = { key: '', guilds: 0, atMs: -Infinity };

/** A shard's present session from its beginning or inheritance to its end, and what it leaves behind. */
export class SessionKeeper implements Saveable {
  readonly id: number;
  readonly guilds: ShardGuilds;
  readonly #parts: SessionKeeperParts;
  #session: Session | undefined;
  /** The session came from another process and has not been resumed yet. */
  #inherited: boolean;
  #saved = NEVER_SAVED;

  constructor(parts: SessionKeeperParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#session = parts.inherited?.session;
    this.#inherited = this.#session !== undefined;
    this.guilds = new ShardGuilds(parts.inherited?.guildIds);
  }

  get current(): Session | undefined {
    return this.#session;
  }

  begin({ sessionId, shardId, shardCount, resumeURL: resumeUrl }: SessionInfo): void {
    this.#session = Session.begin(
      { sessionId, shardId, shardCount, resumeUrl },
      this.#parts.streamSequence(),
    );
    this.#inherited = false;
  }

  onReady(data: GatewayReadyDispatchData): void {
    if (this.#session) this.#session.userId = data.user.id;
    this.guilds.onReady(data);
    this.#parts.onChange();
  }

  onResumed(): void {
    this.#inherited = false;
  }

  giveUpGap(session: Session): void {
    const lost = session.giveUpGap();
    this.#parts.activity.eventsLost += lost;
    this.#parts.log.error({ lost }, 'events lost: Discord did not send them again');
  }

  /** The session cannot be resumed; counts what is known to be lost with it. */
  end(reason: string): void {
    const session = this.#session;
    if (!session) return;
    const inherited = this.#inherited;
    this.#session = undefined;
    this.#inherited = false;
    this.#parts.activity.sessionsLost += 1;
    this.#parts.onChange();
    void this.#reportLost(session, inherited, reason);
  }

  unsaved(): Unsaved | undefined {
    if (!this.#parts.held()) return undefined;
    // An inherited record tells when its last owner lived: leave it until the session goes on.
    if (this.#inherited) return undefined;
    const session = this.#session;
    const nowMs = performance.now();
    const key = session ? `${session.id}:${session.storedSequence}` : '';
    const guilds = this.guilds.version;
    const guildsChanged = guilds !== this.#saved.guilds;
    const refresh = session !== undefined && nowMs - this.#saved.atMs > REFRESH_RECORD_MS;
    if (key === this.#saved.key && !guildsChanged && !refresh) return undefined;
    const ended = this.#saved.key === '' ? undefined : 'ended';
    return {
      session: session ? session.record(Date.now(), this.#parts.streamSequence()) : ended,
      guildIds: guildsChanged ? this.guilds.list() : undefined,
      onSaved: () => {
        this.#saved = { key, guilds, atMs: nowMs };
      },
    };
  }

  async #reportLost(session: Session, inherited: boolean, reason: string): Promise<void> {
    const { activity, findStored, log } = this.#parts;
    // Of an inherited session an earlier process may have stored more than it could note down.
    const report = await countLost(session, inherited ? findStored : undefined, log);
    activity.eventsLost += report.count;
    log.error({ ...report, sessionId: session.id, reason }, 'session ended');
  }
}
