import type { GatewayEvent } from '../protocol/event.ts';
import type { Guild } from './guild.ts';
import { memberJson } from './member-events.ts';
import { APPLICATION_ID, type SimulatedUser } from './users.ts';

/** The slash commands that users of the simulator type. */
export const COMMANDS = ['ping', 'stats', 'voice'] as const;
export type Command = (typeof COMMANDS)[number];

const COMMAND_IDS: Readonly<Record<string, string>> = {
  ping: '1100000000000000001',
  stats: '1100000000000000002',
  voice: '1100000000000000003',
};
const ALL_PERMISSIONS = '2251799813685247';

export interface SlashCommand {
  readonly id: bigint;
  readonly token: string;
  readonly command: Command;
  readonly guild: Guild;
  readonly channelId: string;
  readonly user: SimulatedUser;
  readonly createdAt: number;
}

export function commandId(name: string): string {
  return COMMAND_IDS[name] ?? '1100000000000000009';
}

export function interactionEvent(interaction: SlashCommand): GatewayEvent {
  const { id, token, command, guild, channelId, user, createdAt } = interaction;
  const member = `${memberJson(user).slice(0, -1)},"permissions":"${ALL_PERMISSIONS}","unusual_dm_activity_until":null}`;
  const data =
    `{"version":1,"type":2,"token":"${token}","member":${member},"locale":"en-US","id":"${id}",` +
    `"guild_locale":"en-US","guild_id":"${guild.id}",` +
    `"guild":{"locale":"en-US","id":"${guild.id}","features":[]},"entitlements":[],"entitlement_sku_ids":[],` +
    `"data":{"type":1,"name":"${command}","id":"${commandId(command)}"},"context":0,` +
    `"channel_id":"${channelId}",` +
    `"channel":{"type":0,"id":"${channelId}","guild_id":"${guild.id}","name":"text","permissions":"${ALL_PERMISSIONS}"},` +
    `"authorizing_integration_owners":{"0":"${guild.id}"},"attachment_size_limit":10485760,` +
    `"application_id":"${APPLICATION_ID}","app_permissions":"${ALL_PERMISSIONS}"}`;
  return {
    type: 'INTERACTION_CREATE',
    shardKey: guild.key,
    intents: 0,
    dataFor: () => data,
    eventId: id,
    createdAt,
  };
}
