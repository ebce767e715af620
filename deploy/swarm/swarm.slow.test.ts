import { glob, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { EVENTS_STREAM } from '../../bot/events.ts';
import { CONSUMER_NAMES, DEAD_STREAM } from '../../bot/streams.ts';
import { askPrometheus, scrapedTargets } from '../docker/testing/ask-prometheus.ts';
import { BASE_IMAGE } from '../docker/testing/base-image.ts';
import { leftoversOf } from '../docker/testing/leftovers.ts';
import { whyNoServices } from '../docker/testing/needed-tools.ts';
import { OWN_IMAGES } from '../docker/testing/own-images.ts';
import { NOTHING_LOST } from '../docker/testing/simulated-discord.ts';
import { timedLog } from '../docker/testing/timed-log.ts';
import { until } from '../docker/testing/until.ts';
import { readOwnership } from './testing/owners.ts';
import { SwarmStack } from './testing/swarm-stack.ts';

const SHARDS = 4;
const EVENTS_PER_SECOND = 200;
/** Our code and its modules; all of node_modules has seven times as much. */
const MAX_ADDED_BYTES = 40e6;
const OWN_SERVICES = ['gateway', 'exporter', ...CONSUMER_NAMES];
/** Leases are stale after 30 s, and are looked at every 2 s. */
const TAKEN_OVER_WITHIN_MS = 45_000;

const reason = await whyNoServices([]);
if (reason) console.warn(`SKIPPED: the stack on a real Docker daemon: ${reason}`);

describe.skipIf(reason !== undefined)('the stack on a real Docker daemon', () => {
  let stack: SwarmStack;
  let folder = '';

  beforeAll(async () => {
    const log = timedLog();
    log('Grafana is left out: its image can be had from its registry alone');
    stack = await SwarmStack.deploy(log);
    folder = stack.docker.folder;
    await stack.discord.allConnected(SHARDS, 60_000);
  }, 900_000);

  afterAll(async () => {
    if (!stack) return;
    await stack[Symbol.asyncDispose]();
    expect(await leftoversOf(folder)).toEqual([]);
  }, 120_000);

  /** All that Discord sent is in the stream once, in the order of owners, and handled. */
  async function expectNothingLost() {
    const settled = await stack.discord.settle();
    expect(settled).toMatchObject(NOTHING_LOST);
    const { epochs, mixed } = await readOwnership(stack.connection);
    expect(mixed).toEqual([]);
    expect(epochs.size).toBe(SHARDS);
    const { counts } = await stack.discord.status();
    // Those of the first start: everything since then was a RESUME.
    expect(counts.identifies).toBe(SHARDS);
    expect(counts.sessionsEnded).toBe(0);
    return { dispatched: settled.dispatched, resumes: counts.resumesAccepted, epochs };
  }

  test('our containers are not root, cannot write their files and have node as process 1', async () => {
    for (const service of OWN_SERVICES) {
      for (const { id, name } of await stack.containers(service)) {
        const format =
          '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.State.Health.Status}}';
        expect(`${name} ${await stack.docker.run('inspect', '--format', format, id)}`).toBe(
          `${name} 10001:10001 true [ALL] healthy`,
        );
        const script = `const { readFileSync, writeFileSync } = require('fs');
          let written = []; for (const file of ['/x', '/app/x', '/tmp/x']) try { writeFileSync(file, ''); written.push(file) } catch {}
          console.log(JSON.stringify({ uid: process.getuid(), first: readFileSync('/proc/1/comm', 'utf8').trim(), written }))`;
        const seen = JSON.parse(await stack.docker.run('exec', id, 'node', '-e', script)) as unknown;
        expect(seen).toEqual({
          uid: 10_001,
          first: expect.stringMatching(/^(node|MainThread)$/),
          written: [],
        });
      }
    }
  }, 120_000);

  test('the image is small on top of its base', async () => {
    const sizeOf = async (image: string) =>
      Number(await stack.docker.run('image', 'inspect', '--format', '{{.Size}}', image));
    const addedBytes = (await sizeOf(OWN_IMAGES.bot)) - (await sizeOf(BASE_IMAGE));
    console.info(`the image adds ${(addedBytes / 1e6).toFixed(0)} MB to its base`);
    expect(addedBytes).toBeLessThan(MAX_ADDED_BYTES);
  });

  test('Prometheus sees every process, and Alertmanager', async () => {
    const up = async () => scrapedTargets(stack.addresses.prometheus);
    const wanted =
      'alertmanager up, exporter up, gateway up, gateway up, prometheus up, worker up, worker up, worker up, worker up';
    await until('all targets are up', 60_000, async () => (await up()) === wanted, up);
    type Alertmanagers = { activeAlertmanagers: unknown[] };
    expect(
      (await askPrometheus<Alertmanagers>(stack.addresses.prometheus, 'alertmanagers')).activeAlertmanagers,
    ).toHaveLength(1);
    type Rules = { groups: { rules: { health: string }[] }[] };
    const rules = (await askPrometheus<Rules>(stack.addresses.prometheus, 'rules')).groups.flatMap(
      ({ rules: each }) => each,
    );
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter(({ health }) => health === 'err')).toEqual([]);
  }, 120_000);

  test('the bot and the monitoring reach each other only through Prometheus', async () => {
    const [worker] = await stack.containers('moderation-worker');
    const [alertmanager] = await stack.containers('alertmanager');
    const script = (url: string) =>
      `fetch('${url}').then((r) => console.log(r.status), (e) => console.log(e.cause.code))`;
    const fromWorker = async (url: string) =>
      stack.docker.run('exec', worker?.id ?? '', 'node', '-e', script(url));
    const fromAlertmanager = async (url: string) =>
      stack.docker.run('exec', alertmanager?.id ?? '', 'node', '-e', script(url));
    expect(await fromWorker('http://alertmanager:9093/-/ready')).toBe('ENOTFOUND');
    expect(await fromAlertmanager('http://nats:4222')).toBe('ENOTFOUND');
    expect(await fromAlertmanager('http://postgres:5432')).toBe('ENOTFOUND');
    expect(await fromAlertmanager('http://prometheus:9090/-/ready')).toBe('200');
    // NATS tells of its connections and users only to who is in its container.
    expect(await fromWorker('http://nats:8222/connz')).toBe('ECONNREFUSED');
  });

  test('a rolling update of gateways and workers under load loses nothing and identifies nothing', async () => {
    await stack.discord.traffic(EVENTS_PER_SECOND);
    const before = await stack.discord.status();
    await Promise.all(['gateway', ...CONSUMER_NAMES].map(async (service) => stack.replaceTasks(service)));
    await stack.discord.allConnected(SHARDS, 60_000);
    const { dispatched, resumes, epochs } = await expectNothingLost();
    // Each gateway handed its shards over at least once.
    expect(resumes - before.counts.resumesAccepted).toBeGreaterThanOrEqual(SHARDS);
    console.info(
      `rolling update: ${dispatched} dispatched and stored once, ${resumes} RESUMEs, 0 further IDENTIFYs, epochs ${JSON.stringify(Object.fromEntries(epochs))}`,
    );
  }, 600_000);

  test('the shards of a killed gateway are taken over and resumed, and nothing is lost', async () => {
    await stack.discord.traffic(EVENTS_PER_SECOND);
    const [victim] = await stack.containers('gateway');
    if (!victim) throw new Error('no gateway runs');
    await stack.docker.run('kill', victim.id);
    const fewer = await until(
      'its sockets are gone',
      10_000,
      async () => (await stack.discord.connectedShards()) < SHARDS,
    );
    const tookMs = fewer + (await stack.discord.allConnected(SHARDS, TAKEN_OVER_WITHIN_MS));
    const { dispatched } = await expectNothingLost();
    console.info(
      `docker kill: all shards resumed after ${(tookMs / 1_000).toFixed(1)} s; ${dispatched} stored once`,
    );
    await until(
      'a new replica is there',
      90_000,
      async () => (await stack.containers('gateway')).length === 2,
    );
  }, 300_000);

  test('NATS that comes back at another address is found again, and nothing is lost', async () => {
    await stack.discord.traffic(EVENTS_PER_SECOND);
    await stack.replaceTasks('nats');
    await stack.discord.allConnected(SHARDS, 60_000);
    const { dispatched } = await expectNothingLost();
    const jetstream = await stack.connection.jetstreamManager();
    expect((await jetstream.streams.info(EVENTS_STREAM)).state.messages).toBeGreaterThanOrEqual(dispatched);
  }, 300_000);

  test('new passwords for NATS are taken by all, under load, and nothing is lost', async () => {
    await stack.discord.traffic(EVENTS_PER_SECOND);
    const before = await idsOf(['nats', ...OWN_SERVICES]);
    for (const user of ['gateway', 'worker', 'exporter'])
      await rm(join(stack.secrets, `nats_${user}_password`));
    const startedAtMs = performance.now();
    const said = await stack.redeploy();
    expect(said).toContain('NATS takes new passwords');
    const old = async () => {
      const now = await idsOf(['nats', ...OWN_SERVICES]);
      return now.filter((id) => before.includes(id)).length;
    };
    await until('every task is a new one', 180_000, async () => (await old()) === 0);
    await stack.discord.allConnected(SHARDS, 60_000);
    const tookMs = performance.now() - startedAtMs;
    const { dispatched } = await expectNothingLost();
    console.info(
      `new passwords: all tasks have them after ${(tookMs / 1_000).toFixed(0)} s; ${dispatched} stored once`,
    );
    expect(await rolledBack()).toEqual([]);
    await expect(connect({ servers: stack.addresses.nats, reconnect: false })).rejects.toThrow(
      /AUTHORIZATION/i,
    );
  }, 600_000);

  test('configs and secrets that no service has or would get back are removed, and no others', async () => {
    const webhook = async (path: string) => {
      await writeFile(join(stack.secrets, 'alert_webhook_url'), `http://127.0.0.1:9/${path}`);
      const [before] = await stack.containers('alertmanager');
      const known = await stack.kept('secret');
      const said = await stack.redeploy();
      await until('Alertmanager is replaced', 60_000, async () => {
        const [now] = await stack.containers('alertmanager');
        return now !== undefined && now.id !== before?.id;
      });
      const kept = await stack.kept('secret');
      return { said, kept, added: kept.filter((name) => !known.includes(name)) };
    };
    const configs = await stack.kept('config');
    const first = await webhook('first');
    const second = await webhook('second');
    expect(second.kept).toEqual(expect.arrayContaining([...first.added, ...second.added]));
    const third = await webhook('third');
    expect(third.said).toContain(`removing secret ${first.added[0]}, which no service uses any more`);
    const versions = third.kept.filter((name) => name.includes('alert_webhook_url'));
    // What Alertmanager has, and what a rollback would bring back.
    expect(versions.toSorted()).toEqual([...second.added, ...third.added].toSorted());
    expect(await stack.kept('config')).toEqual(configs);
    await stack.docker.run('service', 'rollback', '--quiet', 'shardwatch_alertmanager');
    expect(await rolledBack()).toEqual(['shardwatch_alertmanager']);
  }, 600_000);

  test('at each deploy it is said that nobody notices when alerting is dead, and how to change that', () => {
    expect(stack.said).toContain('NOBODY NOTICES WHEN ALERTING ITSELF IS DEAD');
    expect(stack.said).toContain('dead_man_url');
  });

  test('what the runbooks run inside of a container works there, with the password of the worker', async () => {
    const [worker] = await stack.containers('moderation-worker');
    const exec = async (...args: readonly string[]) =>
      stack.docker.run('exec', '--interactive', worker?.id ?? '', 'node', ...args);
    const dlq = async (...args: readonly string[]) => exec('dist/bot/worker/dlq/main.js', ...args);
    expect(await dlq('list', '--limit', '20')).toContain('0 dead letters');

    const scripts = await runbookScripts();
    expect(scripts.length).toBeGreaterThanOrEqual(3);
    for (const script of scripts) await exec('--input-type=module', '-e', script);
    const { streams, consumers } = await stack.connection.jetstreamManager();
    expect((await streams.info(EVENTS_STREAM)).config.max_bytes).toBe(4 * 1024 ** 3);
    expect((await consumers.info(EVENTS_STREAM, 'moderation-worker')).config.max_ack_pending).toBe(400);

    const jetstream = stack.connection.jetstream();
    await jetstream.publish('discord.events.message_create', 'not JSON');
    const dead = async () => (await streams.info(DEAD_STREAM)).state;
    await until('it is a dead letter', 60_000, async () => (await dead()).messages === 1);
    expect(await dlq('replay', String((await dead()).first_seq))).toContain('1 of 1 replayed');
    await until('it is one again', 60_000, async () => (await dead()).last_seq === 2);
    expect(await dlq('purge', '--all', '--yes')).toContain('1 removed');
  }, 180_000);

  async function idsOf(services: readonly string[]): Promise<string[]> {
    const containers = await Promise.all(services.map(async (service) => stack.containers(service)));
    return containers.flat().map(({ id }) => id);
  }

  /** Services whose last update was taken back. */
  async function rolledBack(): Promise<string[]> {
    const ids = (await stack.docker.run('service', 'ls', '--quiet')).split('\n');
    const format = '{{.Spec.Name}} {{with .UpdateStatus}}{{.State}}{{end}}';
    const states = await stack.docker.run('service', 'inspect', '--format', format, ...ids);
    return states
      .split('\n')
      .filter((line) => line.includes('rollback'))
      .map((line) => line.split(' ')[0] ?? '');
  }
});

/** What the runbooks tell people to run where a worker runs. */
async function runbookScripts(): Promise<string[]> {
  const scripts: string[] = [];
  for await (const file of glob(join(import.meta.dirname, '..', '..', 'alerts', 'runbooks', '*.md')))
    for (const [, script = ''] of (await readFile(file, 'utf8')).matchAll(/```js\n(.*?)```/gs))
      if (script.includes("from 'nats'")) scripts.push(script);
  return scripts;
}
