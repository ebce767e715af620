import { GatewayCloseCodes } from 'discord-api-types/v10';

import { voiceStateEvent } from '../world/member-events.ts';
import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { isRecord } from './is-record.ts';
import type { Session } from './session.ts';

/** Op 4: the bot joins, moves or leaves; everybody who sees the guild hears of it. */
export function updateVoiceState(
  context: GatewayContext,
  connection: Connection,
  session: Session,
  d: unknown,
): void {
  const { connections, sessions, world } = context;
  const channelId = isRecord(d) ? d['channel_id'] : undefined;
  if (!isRecord(d) || (typeof channelId !== 'string' && channelId !== null)) {
    connections.close(connection, GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
    return;
  }
  const guild = world.guild(d['guild_id']);
  if (!guild || guild.key % session.shardCount !== session.shardId) return;
  if (channelId !== null && !guild.voiceChannels.includes(channelId)) return;
  sessions.publish(voiceStateEvent({ guild, user: world.bot, channelId, createdAt: context.nowMs() }));
  sessions.flush();
}
