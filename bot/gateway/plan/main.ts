import { REST } from '@discordjs/rest';
import { Command, InvalidArgumentError } from 'commander';

import { runCommandLine } from '../../../runtime/run-command-line.ts';
import { GatewayInfo } from '../identify/gateway-info.ts';
import { readPlanConfig } from './config.ts';
import { planShards } from './plan.ts';
import { planText } from './plan-text.ts';

/** Discord answered, and not all shards can identify before the daily reset. */
const EXIT_DOES_NOT_FIT = 3;

interface PlanOptions {
  readonly shards?: number;
  readonly shardsPerReplica?: number;
  readonly json?: true;
}

const program = new Command('shards').description('How many shards and gateways the bot needs.');

program
  .command('plan')
  .description('asks Discord (DISCORD_TOKEN or DISCORD_TOKEN_FILE, DISCORD_API_URL) and says what to set')
  .option('--shards <count>', 'plan for this count instead of the recommended one', positive)
  .option(
    '--shards-per-replica <count>',
    'shards that one gateway takes (default: SHARDS_PER_PROCESS or 16)',
    positive,
  )
  .option('--json', 'for programs')
  .addHelpText(
    'after',
    '\nExit status: 0 it can be done today, 3 not before the daily reset, 2 wrong settings, 1 Discord does not answer.',
  )
  .action(plan);

await runCommandLine(program);

async function plan(options: PlanOptions): Promise<void> {
  const { token, apiUrl, reserveRatio, shardsPerProcess } = readPlanConfig(process.env);
  const bot = await new GatewayInfo(new REST({ api: apiUrl, retries: 1, timeout: 10_000 }), token).fetch();
  const result = planShards({
    bot,
    shards: options.shards,
    shardsPerReplica: options.shardsPerReplica ?? shardsPerProcess,
    reserveRatio,
    nowMs: Date.now(),
  });
  process.stdout.write(options.json ? `${JSON.stringify(result, null, 2)}\n` : planText(result));
  if (!result.fits) process.exitCode = EXIT_DOES_NOT_FIT;
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('expected an integer from 1 to 999999');
  return Number(text);
}
