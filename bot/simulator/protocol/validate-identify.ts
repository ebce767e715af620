import { GatewayCloseCodes } from 'discord-api-types/v10';

import { KNOWN_INTENTS, MAX_GUILDS_PER_SHARD } from '../options.ts';
import { isRecord } from './is-record.ts';

export interface IdentifyRequest {
  readonly shardId: number;
  readonly shardCount: number;
  readonly intents: number;
}

export interface Refusal {
  readonly code: GatewayCloseCodes;
  readonly reason: string;
}

export interface IdentifyRules {
  readonly acceptsToken: (token: unknown) => boolean;
  readonly disallowedIntents: number;
  readonly guildsOnShard: (shardId: number, shardCount: number) => number;
}

/** Decides on an IDENTIFY in the order of Discord: form, token, shard, intents. */
export function validateIdentify(d: unknown, rules: IdentifyRules): IdentifyRequest | Refusal {
  if (!isRecord(d) || typeof d['token'] !== 'string' || !isRecord(d['properties'])) {
    return { code: GatewayCloseCodes.DecodeError, reason: 'Error while decoding payload.' };
  }
  if (!rules.acceptsToken(d['token'])) {
    return { code: GatewayCloseCodes.AuthenticationFailed, reason: 'Authentication failed.' };
  }
  const shard = readShard(d['shard']);
  if (!shard) return { code: GatewayCloseCodes.InvalidShard, reason: 'Invalid shard.' };
  const [shardId, shardCount] = shard;
  if (rules.guildsOnShard(shardId, shardCount) > MAX_GUILDS_PER_SHARD) {
    return { code: GatewayCloseCodes.ShardingRequired, reason: 'Sharding required.' };
  }
  const intents = d['intents'];
  if (typeof intents !== 'number' || !Number.isInteger(intents) || intents < 0 || intents & ~KNOWN_INTENTS) {
    return { code: GatewayCloseCodes.InvalidIntents, reason: 'Invalid intent(s).' };
  }
  if (intents & rules.disallowedIntents) {
    return { code: GatewayCloseCodes.DisallowedIntents, reason: 'Disallowed intent(s).' };
  }
  return { shardId, shardCount, intents };
}

function readShard(value: unknown): [number, number] | undefined {
  if (value === undefined || value === null) return [0, 1];
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [id, count]: unknown[] = value;
  if (!Number.isInteger(id) || !Number.isInteger(count)) return undefined;
  const shard: [number, number] = [id as number, count as number];
  return shard[0] >= 0 && shard[0] < shard[1] ? shard : undefined;
}
