import { readEnv, type Environment } from '../../../runtime/env.ts';
import { GATEWAY_VARIABLES } from '../config.ts';

/** Enough that a process is worth its memory, few enough that its end is soon healed. */
const DEFAULT_SHARDS_PER_PROCESS = 16;

export interface PlanConfig {
  readonly token: string;
  readonly apiUrl: string;
  readonly reserveRatio: number;
  readonly shardsPerProcess: number;
}

/** @throws {CodedError} CONFIG_INVALID with every fault */
export function readPlanConfig(env: Environment): PlanConfig {
  const { DISCORD_TOKEN, DISCORD_API_URL, IDENTIFY_RESERVE_RATIO, SHARDS_PER_PROCESS } = GATEWAY_VARIABLES;
  const values = readEnv(env, { DISCORD_TOKEN, DISCORD_API_URL, IDENTIFY_RESERVE_RATIO, SHARDS_PER_PROCESS });
  const perProcess = values.SHARDS_PER_PROCESS;
  return {
    token: values.DISCORD_TOKEN,
    apiUrl: values.DISCORD_API_URL.replace(/\/$/, ''),
    reserveRatio: values.IDENTIFY_RESERVE_RATIO,
    shardsPerProcess: perProcess === 'all' ? DEFAULT_SHARDS_PER_PROCESS : perProcess,
  };
}
