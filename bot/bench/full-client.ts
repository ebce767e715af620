import { Client, GatewayIntentBits } from 'discord.js';

/**
 * discord.js's own client with its caches, all shards in one process, as what the gateway's memory
 * is compared with: `node full-client.ts <api url> <token> <shards>`. Prints one line when ready.
 */
const [, , api = '', token = '', shards = '1'] = process.argv;
const client = new Client({
  intents: [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.GuildVoiceStates,
    GatewayIntentBits.MessageContent,
  ],
  rest: { api },
  shards: Array.from({ length: Number(shards) }, (_, index) => index),
  shardCount: Number(shards),
});
client.once('clientReady', () => process.stdout.write('ready\n'));
process.on('SIGTERM', () => process.exit(0));
await client.login(token);
