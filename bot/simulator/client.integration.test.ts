import { Client, Events, GatewayIntentBits, type Interaction, type Message } from 'discord.js';
import { expect, test } from 'vitest';

import { startSimulator, type Simulator } from './simulator.ts';
import { BLOCKED_WORD } from './traffic/content.ts';

const { Guilds, GuildMessages, GuildVoiceStates, MessageContent } = GatewayIntentBits;
const SHARDS = 2;

interface LoggedIn extends AsyncDisposable {
  readonly client: Client<true>;
  readonly messageIds: Set<string>;
}

/** discord.js as it is; only the address of the API is another. */
async function login(simulator: Simulator): Promise<LoggedIn> {
  const client = new Client({
    rest: { api: simulator.apiUrl },
    shards: 'auto',
    intents: [Guilds, GuildMessages, GuildVoiceStates, MessageContent],
  });
  const messageIds = new Set<string>();
  client.on(Events.MessageCreate, (message: Message) => messageIds.add(message.id));
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(simulator.options.token);
  const dispose = async () => client.destroy();
  return { client: await ready, messageIds, [Symbol.asyncDispose]: dispose };
}

function dispatchedMessages(simulator: Simulator): string[] {
  const messages = [...simulator.ledger.dispatches()].filter(({ type }) => type === 'MESSAGE_CREATE');
  return messages.map(({ eventId }) => eventId ?? '');
}

async function allArrived(simulator: Simulator, messageIds: ReadonlySet<string>): Promise<void> {
  const missing = () => dispatchedMessages(simulator).filter((id) => !messageIds.has(id));
  await expect.poll(missing, { timeout: 15_000 }).toEqual([]);
}

async function start(): Promise<Simulator> {
  return startSimulator({ shards: SHARDS, maxConcurrency: SHARDS, identifyIntervalMs: 0, guilds: 20 });
}

test('discord.js logs in, caches the guilds, receives messages, and moderates and answers by REST', async () => {
  await using simulator = await start();
  await using bot = await login(simulator);
  const { client, messageIds } = bot;
  expect([client.guilds.cache.size, client.ws.shards.size]).toEqual([20, SHARDS]);
  client.on(Events.InteractionCreate, (interaction: Interaction) => {
    if (interaction.isChatInputCommand()) void interaction.reply(`/${interaction.commandName} it is`);
  });
  client.on(Events.MessageCreate, (message: Message) => {
    if (message.content.includes(BLOCKED_WORD)) void message.delete();
  });
  const mix = { message: 10, voice: 2, interaction: 1 };
  simulator.traffic.start({ eventsPerSecond: 500, mix, blockedRatio: 0.02 });
  const { ledger, traffic, world } = simulator;
  await expect.poll(() => ledger.counts().interactionsAnswered, { timeout: 15_000 }).toBeGreaterThan(10);
  await expect.poll(() => ledger.counts().dispatchesByType['MESSAGE_DELETE']).toBeGreaterThan(0);
  traffic.stop();
  await allArrived(simulator, messageIds);

  const [guild] = world.guilds;
  const channel = await client.channels.fetch(guild!.textChannels[0]!);
  if (!channel?.isSendable()) throw new Error('not a channel to write to');
  const sent = await channel.send('hello');
  await expect.poll(() => messageIds.has(sent.id)).toBe(true);
  const member = await client.guilds.cache.get(guild!.id)?.members.fetch(world.member(guild!, 1).id);
  await member?.timeout(60_000);
  const routes = new Set(ledger.rest().map(({ method, route }) => `${method} ${route}`));
  expect([...routes].sort()).toEqual([
    'DELETE /channels/:id/messages/:id',
    'GET /gateway/bot',
    'PATCH /guilds/:id/members/:id',
    'POST /channels/:id/messages',
    'POST /interactions/:id/:token/callback',
  ]);
  expect(ledger.counts()).toMatchObject({
    interactionsLate: 0,
    interactionsDuplicate: 0,
    identifies: SHARDS,
  });
});

test('discord.js survives op 7, op 9 both ways, a dropped socket and a closed one; every message arrives', async () => {
  await using simulator = await start();
  await using bot = await login(simulator);
  const { faults, ledger, traffic } = simulator;
  traffic.start({ eventsPerSecond: 300, mix: { message: 1 } });
  const connected = async () => {
    await expect
      .poll(() => simulator.status().shards.map(({ state }) => state), { timeout: 15_000 })
      .toEqual(['connected', 'connected']);
  };
  const resumed = async (times: number) => {
    await expect.poll(() => ledger.counts().resumesAccepted, { timeout: 15_000 }).toBe(times);
    await connected();
  };
  expect(faults.reconnect('all')).toBe(SHARDS);
  await resumed(2);
  expect(faults.invalidSession(0, true)).toBe(1);
  await resumed(3);
  expect(faults.dropSocket('all', 'rst')).toBe(SHARDS);
  await resumed(5);
  expect(faults.close(1, 4000)).toBe(1);
  await resumed(6);
  expect(ledger.identifies()).toHaveLength(SHARDS);
  traffic.stop();
  await allArrived(simulator, bot.messageIds);

  expect(faults.invalidSession(1, false)).toBe(1);
  await expect.poll(() => ledger.identifies().length, { timeout: 15_000 }).toBe(SHARDS + 1);
  await connected();
  traffic.burst(100, 'message');
  await allArrived(simulator, bot.messageIds);
  expect(ledger.counts()).toMatchObject({ buffered: 0, resumesAccepted: 6, sessionsStarted: 3 });
});
