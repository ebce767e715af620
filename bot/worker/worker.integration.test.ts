import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { WorkerRig } from './testing/worker-rig.ts';

const TRAFFIC = { perSecond: 500, workMs: 5 } as const;
const KILLS = 12;
const STOPS = 10;
const KILLED = { code: null, signal: 'SIGKILL' };

test('workers that are killed under traffic handle every event at least once', async () => {
  await using rig = await WorkerRig.start();
  await rig.tune('moderation-worker', { ackWaitMs: 1_000, maxDeliver: 20 });
  const workers = await Promise.all([rig.startTestWorker(), rig.startTestWorker()]);
  const enough = new AbortController();
  const published = rig.traffic(TRAFFIC, enough.signal);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(50 + Math.random() * 400);
    expect(await workers[kill % 2]?.process.stop('SIGKILL')).toEqual(KILLED);
    workers[kill % 2] = await rig.startTestWorker();
  }
  enough.abort();
  const ids = await published;
  const { delivered } = await rig.drained('moderation-worker');
  const handled = await rig.handled();
  expect(new Set(handled)).toEqual(new Set(ids));
  expect(await rig.deadLetters()).toBe(0);
  const redelivered = delivered.consumer_seq - ids.length;
  expect(redelivered).toBeGreaterThan(0);
  const share = ((redelivered / delivered.consumer_seq) * 100).toFixed(2);
  console.log(
    `${KILLS} kills -9, ${ids.length} events: all handled, ${redelivered} redelivered (${share}%), ` +
      `${handled.length - ids.length} handled twice`,
  );
});

test('workers that are stopped under traffic lose and repeat nothing', async () => {
  await using rig = await WorkerRig.start();
  const enough = new AbortController();
  const published = rig.traffic(TRAFFIC, enough.signal);
  const times: number[] = [];
  const restart = async () => {
    for (let stop = 0; stop < STOPS / 2; stop += 1) {
      const { process } = await rig.startTestWorker();
      await sleep(50 + Math.random() * 300);
      const startedAtMs = performance.now();
      expect(await process.stop('SIGTERM')).toEqual({ code: 0, signal: null });
      times.push(Math.round(performance.now() - startedAtMs));
    }
  };
  await Promise.all([restart(), restart()]);
  enough.abort();
  const ids = await published;
  await rig.startTestWorker();
  const { delivered, num_redelivered } = await rig.drained('moderation-worker');
  expect((await rig.handled()).toSorted()).toEqual(ids.toSorted());
  expect(delivered.consumer_seq).toBe(ids.length);
  expect(num_redelivered).toBe(0);
  console.log(
    `${STOPS} stops at ${TRAFFIC.perSecond} events/s: 0 of ${ids.length} redelivered; they took ${times.join(', ')} ms`,
  );
});

test('a stop with a handler that does not end hands its event to another worker at once', async () => {
  await using rig = await WorkerRig.start();
  const { process } = await rig.startTestWorker();
  await rig.order({ do: 'hang', id: 'slow' });
  await rig.until(async () =>
    (await rig.info('moderation-worker')).num_ack_pending === 1 ? true : undefined,
  );
  expect(await process.stop('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(process.output).toContain('"reason":"interrupted"');
  const other = await rig.jetstream.consumers.get('DISCORD_EVENTS', 'moderation-worker');
  const message = await other.next({ expires: 1_000 });
  expect(message?.info.deliveryCount).toBe(2);
});

test('consuming goes on after nats-server was stopped or killed, and a stop needs no server', async () => {
  await using rig = await WorkerRig.start();
  const { process, port } = await rig.startTestWorker();
  let next = 0;
  const handleOne = async () => {
    next += 1;
    const id = String(next);
    await rig.until(async () => rig.order({ do: 'work', id }).catch(() => undefined));
    await rig.until(async () => ((await rig.handled()).includes(id) ? true : undefined), 15_000);
  };
  await handleOne();
  await rig.nats.stop();
  await rig.nats.startAgain();
  await handleOne();
  await rig.nats.kill();
  await rig.nats.startAgain();
  await handleOne();
  await rig.nats.kill();
  const ready = async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status;
  await rig.until(async () => ((await ready()) === 503 ? true : undefined));
  expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  expect(await process.stop('SIGTERM')).toEqual({ code: 0, signal: null });
});

test('a consumer that was removed is created again by the watchdog', async () => {
  await using rig = await WorkerRig.start();
  const { process } = await rig.startTestWorker();
  await rig.manager.consumers.delete('DISCORD_EVENTS', 'moderation-worker');
  await rig.order({ do: 'work', id: 'after' });
  await rig.until(async () => ((await rig.handled()).includes('after') ? true : undefined), 20_000);
  expect(process.output).toContain('consume stalled, renewing it');
});
