import { connect, StorageType } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { freePort } from '../../deploy/local/free-port.ts';
import { EVENT_HEADERS, EVENTS_STREAM } from '../events.ts';
import { allStored, GatewayProcess, Pipeline } from '../testing/pipeline.ts';

let pipeline: Pipeline;

beforeAll(async () => {
  pipeline = await Pipeline.start({ shardCount: 1, shardsPerProcess: 1 });
});

afterAll(async () => {
  await pipeline[Symbol.asyncDispose]();
});

/** Starts a gateway that is expected to end by itself. */
async function failure(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const gateway = new GatewayProcess(0, { ...pipeline.processEnv, ...env });
  const { code } = await gateway.process.exited;
  const { output } = gateway.process;
  expect(output.split('\n').some((line) => line.startsWith('gateway: '))).toBe(true);
  expect(output).not.toMatch(/^\s+at /m);
  return { code, output };
}

test('every wrong variable is named at once, with what was expected and what came, and status 2', async () => {
  const { code, output } = await failure({
    DISCORD_TOKEN: '',
    SHARD_COUNT: 'many',
    SHARD_ID: '-1',
    PORT: '70000',
    NATS_REPLICAS: '2',
  });
  expect(code).toBe(2);
  expect(output).toContain('5 settings are wrong');
  expect(output).toMatch(/DISCORD_TOKEN: expected the bot token .*got nothing/);
  expect(output).toMatch(/SHARD_COUNT: expected an integer from 1 to \d+, or auto, got "many"/);
  expect(output).toMatch(/SHARD_ID: expected .*got "-1"/);
  expect(output).toMatch(/PORT: expected an integer from 0 to 65535, got "70000"/);
  expect(output).toMatch(/NATS_REPLICAS: expected one of 1, 3, got "2"/);
});

test('a token that Discord refuses ends with status 2 and is not shown', async () => {
  const { code, output } = await failure({ DISCORD_TOKEN: 'some-wrong-token' });
  expect(code).toBe(2);
  expect(output).toContain('Discord refused the bot token');
  expect(output).not.toContain('some-wrong-token');
});

test('a shard id beyond the count ends with status 2 and says what fits', async () => {
  const { code, output } = await failure({ SHARD_COUNT: '8', SHARDS_PER_PROCESS: '4', SHARD_ID: '2' });
  expect(code).toBe(2);
  expect(output).toContain('SHARD_ID is beyond the shard count: expected SHARD_ID below 2');
});

test('NATS down at start: waits as long as it may, then status 1 and the address', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`;
  const { code, output } = await failure({ NATS_URL: url, NATS_CONNECT_TIMEOUT_MS: '1200' });
  expect(code).toBe(1);
  expect(output).toContain(`Cannot connect to NATS at ${url}`);
});

test('a stream that exists with settings that cannot serve ends with status 2 and names them', async () => {
  const connection = await connect({ servers: pipeline.nats.url });
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: EVENTS_STREAM, subjects: ['other.>'], storage: StorageType.File });
  const { code, output } = await failure({});
  await manager.streams.delete(EVENTS_STREAM);
  await connection.close();
  expect(code).toBe(2);
  expect(output).toContain(EVENTS_STREAM);
  expect(output).toMatch(/subjects.*expected.*got/s);
});

test('frames that are not JSON, dispatches with odd bodies and 2 MB payloads: nothing is lost', async () => {
  const { faults, traffic } = pipeline.simulator;
  const gateway = pipeline.startGateway(0);
  await gateway.allReady();
  faults.malformedDispatch('all', 'not-json');
  faults.malformedDispatch('all', 'odd-data');
  faults.malformedDispatch('all', 'no-type');
  const content = 'x'.repeat(2 * 1024 * 1024);
  traffic.emit({ shardId: 0, type: 'GUILD_MEMBERS_CHUNK', data: { content } });
  traffic.emit({ shardId: 0, type: 'MESSAGE_CREATE', data: { content: 'after' } });
  expect(await allStored(pipeline)).toMatchObject({ missing: [], repeated: [], unknown: [] });
  const connection = await connect({ servers: pipeline.nats.url });
  const manager = await connection.jetstreamManager();
  const large = await manager.streams.getMessage(EVENTS_STREAM, {
    last_by_subj: 'discord.events.guild_members_chunk',
  });
  expect(large.header.get(EVENT_HEADERS.payloadRef)).not.toBe('');
  await connection.close();
  expect((await gateway.process.stop()).code).toBe(0);
});

test('a privileged intent that is taken away in mid-life ends the process with status 2', async () => {
  const gateway = pipeline.startGateway(0);
  await gateway.allReady();
  pipeline.simulator.faults.close('all', 4_014);
  const { code } = await gateway.process.exited;
  expect(code).toBe(2);
  expect(gateway.process.output).toContain('Discord refused shard 0: the intents include a privileged one');
});
