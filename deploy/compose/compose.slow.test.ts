import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { FAKE_TOKEN } from '../../bot/simulator/options.ts';
import { CONSUMER_NAMES } from '../../bot/streams.ts';
import { scrapedTargets } from '../docker/testing/ask-prometheus.ts';
import { leftoversOf } from '../docker/testing/leftovers.ts';
import { whyNoServices } from '../docker/testing/needed-tools.ts';
import { OWN_IMAGES } from '../docker/testing/own-images.ts';
import { NOTHING_LOST } from '../docker/testing/simulated-discord.ts';
import { timedLog } from '../docker/testing/timed-log.ts';
import { until } from '../docker/testing/until.ts';
import { ComposeProject } from './testing/compose-project.ts';

const SHARDS = 4;
const EVENTS_PER_SECOND = 100;
/** DiscordShardDown fires after two minutes; scrapes, evaluations and the group wait come on top. */
const PAGED_WITHIN_MS = 300_000;
const RESOLVED_WITHIN_MS = 300_000;
/** What the head of compose.yaml tells people to open. */
const OPEN_PORTS = [9_090, 9_093, 8_700];

const reason = await whyNoServices(['docker-compose']);
if (reason) console.warn(`SKIPPED: compose on a real Docker daemon: ${reason}`);

describe.skipIf(reason !== undefined)('compose on a real Docker daemon', () => {
  let project: ComposeProject;
  let folder = '';

  beforeAll(async () => {
    const log = timedLog();
    log('Grafana is left out: its image can be had from its registry alone');
    project = await ComposeProject.up(log);
    folder = project.docker.folder;
  }, 900_000);

  afterAll(async () => {
    if (!project) return;
    await project[Symbol.asyncDispose]();
    expect(await leftoversOf(folder)).toEqual([]);
  }, 120_000);

  async function everyShardConnected(): Promise<number> {
    return project.discord.allConnected(SHARDS, 90_000);
  }

  /** All that Discord sent is in the stream once, and handled. @returns how much that is */
  async function expectNothingLost(): Promise<number> {
    const settled = await project.discord.settle();
    expect(settled).toMatchObject(NOTHING_LOST);
    return settled.dispatched;
  }

  test('every service runs and is healthy when `up --wait` has ended', async () => {
    const containers = await project.containers();
    const services = containers.map(({ Service, State, Health }) => `${Service} ${State} ${Health}`);
    const wanted = [
      'alertmanager',
      'exporter',
      'gateway',
      'nats',
      'pages',
      'postgres',
      'prometheus',
      'simulator',
    ];
    const names = [...wanted, ...CONSUMER_NAMES].map((name) => `${name} running healthy`);
    expect(services.toSorted()).toEqual(names.toSorted());
  });

  test('what people are told to open answers on this machine only', async () => {
    const script = `const { networkInterfaces } = require('os');
      const own = Object.values(networkInterfaces()).flat().filter(({ family, internal }) => family === 'IPv4' && !internal);
      const answers = async (host, port) => fetch('http://' + host + ':' + port).then(() => true, () => false);
      (async () => { const seen = [];
        for (const port of ${JSON.stringify(OPEN_PORTS)}) {
          const others = [];
          for (const { address } of own) others.push(await answers(address, port));
          seen.push({ port, here: await answers('127.0.0.1', port), elsewhere: others.includes(true), others: others.length > 0 });
        }
        console.log(JSON.stringify(seen)); })()`;
    const seen = await project.docker.run(
      'run',
      '--rm',
      '--network=host',
      OWN_IMAGES.bot,
      'node',
      '-e',
      script,
    );
    const wanted = OPEN_PORTS.map((port) => ({ port, here: true, elsewhere: false, others: true }));
    expect(JSON.parse(seen)).toEqual(wanted);
  });

  test('Prometheus sees every process, and Alertmanager', async () => {
    const wanted =
      'alertmanager up, exporter up, gateway up, prometheus up, worker up, worker up, worker up, worker up';
    const seen = async () => scrapedTargets(project.prometheus);
    await until('all targets are up', 60_000, async () => (await seen()) === wanted, seen);
  }, 120_000);

  test('a restart of the gateway and of a worker under load loses nothing', async () => {
    await everyShardConnected();
    await project.discord.traffic(EVENTS_PER_SECOND);
    await until('events flow', 30_000, async () => (await project.discord.status()).counts.dispatches > 500);
    const before = await project.discord.status();
    await project.compose('restart', 'gateway', 'moderation-worker');
    await until(
      'every shard has resumed',
      90_000,
      async () =>
        (await project.discord.status()).counts.resumesAccepted - before.counts.resumesAccepted >= SHARDS,
    );
    const dispatched = await expectNothingLost();
    expect((await project.discord.status()).counts.identifies).toBe(SHARDS);
    console.info(
      `restart of gateway and worker: ${dispatched} dispatched and stored once, 0 further IDENTIFYs`,
    );
  }, 400_000);

  test('with the file for Discord, the bot asks for a token, needs no simulator, and works', async () => {
    await expect(project.composeWithDiscord('', 'config')).rejects.toThrow('the token of the bot');
    const services = await project.composeWithDiscord(FAKE_TOKEN, 'config', '--services');
    expect(services.split('\n')).not.toContain('simulator');
    expect(services.split('\n')).toContain('gateway');
    await project.composeWithDiscord(FAKE_TOKEN, 'up', '--wait', '--no-build');
    await everyShardConnected();
    const before = (await project.discord.status()).counts.dispatches;
    await project.discord.traffic(EVENTS_PER_SECOND);
    await until(
      'events flow',
      30_000,
      async () => (await project.discord.status()).counts.dispatches > before + 500,
    );
    await expectNothingLost();
  }, 400_000);

  test('a gateway that is stopped is a page, printed by `pages`, and its end when it is started again', async () => {
    const stoppedAtMs = performance.now();
    await project.compose('stop', 'gateway');
    const paged = async () => /CRITICAL: DiscordShardDown/.test(await project.pages());
    await until('a page', PAGED_WITHIN_MS, paged, async () => project.pages());
    const pagedAfterMs = performance.now() - stoppedAtMs;
    const startedAtMs = performance.now();
    await project.compose('start', 'gateway');
    const resolved = async () => /RESOLVED: DiscordShardDown/.test(await project.pages());
    await until('its end', RESOLVED_WITHIN_MS, resolved, async () => project.pages());
    const seconds = (ms: number) => (ms / 1_000).toFixed(0);
    console.info(
      `page ${seconds(pagedAfterMs)} s after the stop, resolved ${seconds(performance.now() - startedAtMs)} s after the start:\n${await project.pages()}`,
    );
    expect((await project.pages()).match(/CRITICAL/g)).toHaveLength(1);
  }, 700_000);

  test('`down -v` leaves no container, no network and no volume', async () => {
    await project.compose('down', '-v');
    expect(await project.docker.run('ps', '--all', '--quiet')).toBe('');
    expect(await project.docker.run('volume', 'ls', '--quiet')).toBe('');
    const networks = await project.docker.run('network', 'ls', '--format', '{{.Name}}');
    expect(networks.split('\n').toSorted()).toEqual(['bridge', 'host', 'none']);
  }, 120_000);
});
