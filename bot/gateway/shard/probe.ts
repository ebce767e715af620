import { GatewayOpcodes, type GatewaySendPayload } from 'discord-api-types/v10';

/** Silence after which a shard is asked for a sign of life. */
export const PROBE_AFTER_MS = 20_000;
/** A shard that answers no probe for this long is deaf. */
export const PROBE_TIMEOUT_MS = 10_000;

export interface ProbeInput {
  readonly nowMs: number;
  /** When the last dispatch came. */
  readonly lastDispatchAtMs: number;
  /** When the last probe of this connection was sent. */
  readonly probedAtMs: number | undefined;
}

/**
 * Quiet shards and deaf sockets look alike until a probe is sent: an answer is a dispatch and proves
 * the whole path, an acknowledged heartbeat does not.
 */
export function decideProbe(input: ProbeInput): 'wait' | 'probe' | 'deaf' {
  const { nowMs, lastDispatchAtMs, probedAtMs } = input;
  const unanswered = probedAtMs !== undefined && probedAtMs >= lastDispatchAtMs;
  if (unanswered) return nowMs - probedAtMs >= PROBE_TIMEOUT_MS ? 'deaf' : 'wait';
  return nowMs - lastDispatchAtMs >= PROBE_AFTER_MS ? 'probe' : 'wait';
}

/**
 * Asks for one known member, the bot itself: the smallest request that is answered by a dispatch,
 * and one that needs no privileged intent.
 */
export function probePayload(guildId: string, userId: string, nonce: string): GatewaySendPayload {
  return {
    op: GatewayOpcodes.RequestGuildMembers,
    d: { guild_id: guildId, user_ids: [userId], limit: 1, nonce },
  };
}
