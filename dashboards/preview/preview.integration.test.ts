import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Prometheus } from '../../deploy/local/prometheus.ts';
import { CHROMIUM_MISSING, findChromium } from './config.ts';
import { readPng } from './testing/png-pixels.ts';
import { ALARM, LINE, sampleDashboard } from './testing/sample-dashboard.ts';
import { SampleMetrics } from './testing/sample-metrics.ts';
import { rgbOf } from './draw/theme.ts';

const chromium = findChromium(process.env);
if (chromium === undefined) process.stderr.write(`skipped: pictures of dashboards\n${CHROMIUM_MISSING}\n`);

const SCRAPES_WANTED = 6;

describe.skipIf(chromium === undefined)('dashboards:preview', () => {
  let folder: string;
  let metrics: SampleMetrics;
  let prometheus: Prometheus;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shardwatch-preview-'));
    await mkdir(join(folder, 'tmp'));
    metrics = await SampleMetrics.start();
    prometheus = await Prometheus.start({
      jobs: { sample: [metrics.address] },
      scrapeInterval: '1s',
      evaluationInterval: '1s',
    });
    for (;;) {
      const [scrapes] = await prometheus.query('count_over_time(sample_events_total[1m])');
      if ((scrapes?.value ?? 0) >= SCRAPES_WANTED) break;
      await sleep(200);
    }
  });

  afterAll(async () => {
    await prometheus[Symbol.asyncDispose]();
    await metrics[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function preview(name: string, dashboard: object, ...args: readonly string[]) {
    const json = join(folder, name);
    await mkdir(json, { recursive: true });
    await writeFile(join(json, 'sample.json'), JSON.stringify(dashboard));
    const all = ['--prometheus', prometheus.url, '--json', json, '--out', json, '--width', '1000', ...args];
    // A folder of its own for what Chromium leaves behind.
    const env = { ...process.env, TMPDIR: join(folder, 'tmp') };
    const script = join(import.meta.dirname, 'main.ts');
    return new Promise<{ status: number; stdout: string; stderr: string; picture: string }>((resolve) => {
      execFile(process.execPath, [script, ...all], { env }, (error, stdout, stderr) => {
        const status = error === null ? 0 : Number(error.code ?? -1);
        resolve({ status, stdout, stderr, picture: join(json, 'sample.png') });
      });
    });
  }

  it('draws a dashboard at its grid positions, with the colours that its limits and series have', async () => {
    const { status, stdout, stderr, picture } = await preview('good', sampleDashboard(), '--html');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/sample\.png {2}1000x352, \d+ KiB/);
    const pixels = readPng(await readFile(picture));
    expect([pixels.width, pixels.height]).toEqual([1_000, 352]);
    // The tile of the stat is about 220 x 180, less its text; the line is 3 wide and at least 70 long.
    expect(pixels.count(rgbOf(ALARM) ?? [0, 0, 0])).toBeGreaterThan(20_000);
    expect(pixels.count(rgbOf(LINE) ?? [0, 0, 0], 2)).toBeGreaterThan(100);
    const html = await readFile(picture.replace('.png', '.html'), 'utf8');
    expect(html).toContain('>45 s</div>');
    expect(html).toContain('events</span>');
    // The rate takes four scrapes of this Prometheus, which come every second, not every 15.
    expect(html).toMatch(/>1\d ops\/s<|>10 ops\/s</);
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });

  it('fills in the chosen variable', async () => {
    const { picture } = await preview('chosen', sampleDashboard(), '--html', '--var', 'shard=0');
    const html = await readFile(picture.replace('.png', '.html'), 'utf8');
    expect(html).toContain('>3 s</div>');
    const pixels = readPng(await readFile(picture));
    expect(pixels.count(rgbOf(ALARM) ?? [0, 0, 0])).toBe(0);
  });

  it('ends with status 1 and names panel and query when one fails, and draws the others', async () => {
    const { status, stderr, picture } = await preview('bad', sampleDashboard('max(sample_gap_seconds'));
    expect(status).toBe(1);
    expect(stderr).toMatch(/sample: panel .* "Longest gap": target A: .*parse error/);
    expect(stderr).toContain('max(sample_gap_seconds');
    expect(readPng(await readFile(picture)).count(rgbOf(LINE) ?? [0, 0, 0], 2)).toBeGreaterThan(100);
  });

  it('tells of a panel that has nothing to show, which is no failure', async () => {
    const { status, stderr } = await preview('empty', sampleDashboard('sample_of_nothing'));
    expect(status).toBe(0);
    expect(stderr).toMatch(/^sample: panel .* "Longest gap": no data\n$/);
  });

  it('says that nobody answers where no Prometheus is', async () => {
    const { status, stderr } = await preview(
      'nobody',
      sampleDashboard(),
      '--prometheus',
      'http://127.0.0.1:1',
    );
    expect(status).toBe(1);
    expect(stderr).toContain('no answer from http://127.0.0.1:1');
  });
});

describe('dashboards:preview without Chromium', () => {
  it('says how to get it', async () => {
    const script = join(import.meta.dirname, 'main.ts');
    const stderr = await new Promise<string>((resolve) => {
      execFile(process.execPath, [script], { env: { PATH: '/nowhere' } }, (error, _, text) => {
        expect(error?.code).toBe(2);
        resolve(text);
      });
    });
    expect(stderr).toContain('apt-get install --no-install-recommends chromium');
  });
});
