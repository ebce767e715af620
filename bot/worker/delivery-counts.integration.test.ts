import { afterEach, beforeEach, expect, test } from 'vitest';

import { countersIn, ExporterProcess } from '../../exporters/jetstream/testing/exporter-process.ts';
import { scrape } from '../testing/scrape.ts';
import { WorkerRig } from './testing/worker-rig.ts';

const CONSUMER = 'moderation-worker';
const MAX_DELIVER = 3;
const POLL = { timeout: 30_000, interval: 250 };

let rig: WorkerRig;
let exporter: ExporterProcess;

beforeEach(async () => {
  rig = await WorkerRig.start();
  await rig.tune(CONSUMER, { ackWaitMs: 1_000, maxDeliver: MAX_DELIVER });
  exporter = await ExporterProcess.start(rig.nats.url);
});

afterEach(async () => {
  await exporter[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

test('the worker and the server count the same deliveries', async () => {
  const worker = await rig.startTestWorker();
  for (let id = 0; id < 100; id += 1) await rig.order({ do: 'work', id: `${id}` });
  for (let id = 100; id < 110; id += 1) await rig.order({ do: 'throw', id: `${id}` });
  await rig.drained(CONSUMER);
  const own = await scrape(worker.port);
  const ofWorker = (redelivered: boolean) =>
    own.sum('worker_deliveries_total', { consumer_name: CONSUMER, redelivered: String(redelivered) });
  expect(ofWorker(false)).toBe(110);
  expect(ofWorker(true)).toBe(10 * (MAX_DELIVER - 1));
  const expected = {
    deliveries: ofWorker(false) + ofWorker(true),
    redeliveries: ofWorker(true),
    ackWaitExpirations: 0,
    maxDeliveries: 0,
    naks: 10 * (MAX_DELIVER - 1),
    terminations: 10,
  };
  await expect.poll(async () => countersIn(await exporter.scrape(), CONSUMER), POLL).toEqual(expected);
});

test('what a crash loop hides from the workers the server counts all the same', async () => {
  await rig.order({ do: 'die', id: '1' });
  for (let life = 1; life <= MAX_DELIVER; life += 1) {
    expect((await rig.spawnTestWorker().exited).signal).toBe('SIGKILL');
  }
  // This one lives; only its pull makes an old server tell that the message is given up.
  const survivor = await rig.startTestWorker();
  const expected = {
    deliveries: MAX_DELIVER,
    redeliveries: MAX_DELIVER - 1,
    ackWaitExpirations: MAX_DELIVER,
    maxDeliveries: 1,
    naks: 0,
    terminations: 0,
  };
  await expect.poll(async () => countersIn(await exporter.scrape(), CONSUMER), POLL).toEqual(expected);
  const own = await scrape(survivor.port);
  expect(own.sum('worker_deliveries_total', { consumer_name: CONSUMER })).toBe(0);
  await rig.until(async () => ((await rig.deadLetters()) === 1 ? true : undefined));
});
