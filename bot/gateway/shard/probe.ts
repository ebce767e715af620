import { GatewayOpcodes, type GatewaySendPayload } from 'discord-api-types/v10';

import type { SessionKeeper } from '../session/session-keeper.ts';

/** Silence after which a shard is asked for a sign of life. */
export const PROBE_AFTER_MS = 20_000;
/** A shard that answers no probe for this long is deaf. */
export const PROBE_TIMEOUT_MS = 10_000;
/** No connection is called deaf earlier: each gets the time that a silent one had. */
const MIN_READY_MS = PROBE_AFTER_MS + PROBE_TIMEOUT_MS;

export interface ProbeInput {
  readonly nowMs: number;
  /** When the last dispatch came, on whichever connection. */
  readonly quietSinceMs: number;
  /** When this connection got ready. */
  readonly readyAtMs: number;
  /** When the last probe of this connection was sent. */
  readonly probedAtMs: number | undefined;
}

/**
 * Quiet shards and deaf sockets look alike until a probe is sent: an answer is a dispatch and proves
 * the whole path, an acknowledged heartbeat does not. A connection that resumes a quiet session is
 * probed at once, since RESUMED proves nothing either.
 */
export function decideProbe(input: ProbeInput): 'wait' | 'probe' | 'deaf' {
  const { nowMs, quietSinceMs, readyAtMs, probedAtMs } = input;
  if (probedAtMs === undefined || probedAtMs < quietSinceMs) {
    return nowMs - quietSinceMs >= PROBE_AFTER_MS ? 'probe' : 'wait';
  }
  const deaf = nowMs - probedAtMs >= PROBE_TIMEOUT_MS && nowMs - readyAtMs >= MIN_READY_MS;
  return deaf ? 'deaf' : 'wait';
}

/** Returns false where there is nobody to ask for. */
export function sendProbe(
  connection: { attempt(payload: GatewaySendPayload): void },
  { guilds, current }: Pick<SessionKeeper, 'guilds' | 'current'>,
  shardId: number,
): boolean {
  const guildId = guilds.any();
  const userId = current?.userId;
  if (!guildId || !userId) return false;
  connection.attempt(probePayload(guildId, userId, `probe-${shardId}`));
  return true;
}

/**
 * Asks for one known member, the bot itself: the smallest request that is answered by a dispatch,
 * and one that needs no privileged intent.
 */
function probePayload(guildId: string, userId: string, nonce: string): GatewaySendPayload {
  return {
    op: GatewayOpcodes.RequestGuildMembers,
    d: { guild_id: guildId, user_ids: [userId], limit: 1, nonce },
  };
}
