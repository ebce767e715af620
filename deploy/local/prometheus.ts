import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { CodedError, messageOf } from '../../runtime/errors.ts';
import { freePort } from './free-port.ts';
import { LocalProcess } from './process.ts';
import { ensureTool } from './tools/ensure-tool.ts';

export interface PrometheusOptions {
  /** Job name -> `host:port` of its targets. */
  readonly jobs: Readonly<Record<string, readonly string[]>>;
  /** Text of a rule file. */
  readonly rules?: string;
  /** `host:port` of Alertmanager. */
  readonly alertmanager?: string;
  /** As Prometheus writes durations: 15s. */
  readonly scrapeInterval: string;
  readonly evaluationInterval: string;
  /** A path of prometheus; by default the one that `ensureTool` finds. */
  readonly binary?: string;
}

export interface PrometheusSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

const CONFIG_FILE = 'prometheus.yaml';
const RULES_FILE = 'rules.yaml';
const QUERY_TIMEOUT_MS = 10_000;
/** Prometheus refuses a scrape timeout above its interval; its own default is 10 s. */
const MAX_SCRAPE_TIMEOUT_S = 10;

/** A real Prometheus on a free port, with a store of its own, which ends with it. */
export class Prometheus implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #binary: string;
  #process: LocalProcess;

  private constructor(port: number, folder: string, binary: string, process: LocalProcess) {
    this.port = port;
    this.folder = folder;
    this.#binary = binary;
    this.#process = process;
  }

  /** @throws {CodedError} when no Prometheus can be had, or it refuses the configuration */
  static async start(options: PrometheusOptions): Promise<Prometheus> {
    const log = (line: string) => process.stderr.write(`${line}\n`);
    const binary = options.binary ?? (await ensureTool('prometheus', { log }));
    const folder = await mkdtemp(join(tmpdir(), 'shardwatch-prometheus-'));
    try {
      await writeFile(join(folder, CONFIG_FILE), configuration(folder, options));
      if (options.rules !== undefined) await writeFile(join(folder, RULES_FILE), options.rules);
      for (const [job, targets] of Object.entries(options.jobs)) await writeTargets(folder, job, targets);
      const port = await freePort();
      return new Prometheus(port, folder, binary, await launch(binary, folder, port));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Taken up within a second. */
  async setTargets(job: string, targets: readonly string[]): Promise<void> {
    await writeTargets(this.folder, job, targets);
  }

  /** An instant query. @throws {CodedError} PROMETHEUS_REFUSED with what Prometheus says */
  async query(promql: string, atMs?: number): Promise<PrometheusSample[]> {
    const time = atMs === undefined ? {} : { time: String(atMs / 1_000) };
    const { result } = await this.get<{ result: readonly RawSample[] }>('/api/v1/query', {
      query: promql,
      ...time,
    });
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** `data` of an answer of its HTTP API. */
  async get<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(parameters)}`, {
      signal: AbortSignal.timeout(QUERY_TIMEOUT_MS),
    });
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status === 'success') return answer.data;
    throw new CodedError('PROMETHEUS_REFUSED', `Prometheus refused ${path}`, {
      expected: 'success',
      got: answer.error ?? String(response.status),
    });
  }

  /** Starts it again on the same port and store after `stop`. */
  async startAgain(): Promise<void> {
    this.#process = await launch(this.#binary, this.folder, this.port);
  }

  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

interface RawSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

function configuration(folder: string, options: PrometheusOptions): string {
  const { scrapeInterval, evaluationInterval, alertmanager } = options;
  const timeout = Math.min(Number.parseInt(scrapeInterval, 10) || MAX_SCRAPE_TIMEOUT_S, MAX_SCRAPE_TIMEOUT_S);
  return stringify({
    global: {
      scrape_interval: scrapeInterval,
      scrape_timeout: `${timeout}s`,
      evaluation_interval: evaluationInterval,
    },
    ...(options.rules !== undefined && { rule_files: [RULES_FILE] }),
    ...(alertmanager && { alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] } }),
    scrape_configs: Object.keys(options.jobs).map((job) => ({
      job_name: job,
      file_sd_configs: [{ files: [targetsFile(folder, job)], refresh_interval: '1s' }],
    })),
  });
}

function targetsFile(folder: string, job: string): string {
  return join(folder, `targets-${job}.json`);
}

/** In one step, so that it is never read half written. */
async function writeTargets(folder: string, job: string, targets: readonly string[]): Promise<void> {
  const file = targetsFile(folder, job);
  await writeFile(`${file}.new`, JSON.stringify([{ targets }]));
  await rename(`${file}.new`, file);
}

async function launch(binary: string, folder: string, port: number): Promise<LocalProcess> {
  const prometheus = new LocalProcess({
    name: 'prometheus',
    command: binary,
    args: [
      `--config.file=${join(folder, CONFIG_FILE)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    env: { PATH: process.env['PATH'] },
  });
  try {
    await prometheus.waitForLine((line) => line.includes('ready to receive web requests') || undefined);
    return prometheus;
  } catch (error) {
    await prometheus.stop('SIGKILL');
    throw new CodedError('PROMETHEUS_FAILED', messageOf(error), { cause: error });
  }
}
