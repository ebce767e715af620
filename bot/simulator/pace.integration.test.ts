import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { startSimulator } from './simulator.ts';

const EVENTS_PER_SECOND = 5_000;
const SECONDS = 3;
const SHARDS = 4;
/** Three times what a quiet machine needs: the simulator shares two cores with what is measured. */
const MAX_CPU_US = 45;

test('traffic keeps its rate within 1% and costs little CPU for an event', async () => {
  await using simulator = await startSimulator({ shards: SHARDS, maxConcurrency: SHARDS });
  const client = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('testing/hurried-client.ts', import.meta.url)),
      simulator.gatewayUrl,
      simulator.options.token,
      String(SHARDS),
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  try {
    const counts = async () => {
      client.stdin.write('?');
      const [line] = (await once(client.stdout, 'data')) as [Buffer];
      const [ready = 0, dispatches = 0] = String(line).trim().split(' ').map(Number);
      return { ready, dispatches };
    };
    await expect.poll(async () => (await counts()).ready, { timeout: 10_000 }).toBe(SHARDS);
    const before = await counts();
    const cpu = process.cpuUsage();
    simulator.traffic.start({ eventsPerSecond: EVENTS_PER_SECOND });
    await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
    simulator.traffic.stop();
    const { user, system } = process.cpuUsage(cpu);
    const { emitted } = simulator.traffic.status;
    await expect.poll(async () => (await counts()).dispatches - before.dispatches).toBe(emitted);
    const cpuUs = (user + system) / emitted;
    console.info(`pace: ${emitted} events in ${SECONDS} s, ${cpuUs.toFixed(1)} us of CPU each`);
    const aimed = EVENTS_PER_SECOND * SECONDS;
    expect(Math.abs(emitted - aimed)).toBeLessThan(aimed / 100);
    expect(cpuUs).toBeLessThan(MAX_CPU_US);
  } finally {
    client.stdin.end();
    await once(client, 'close');
  }
});
