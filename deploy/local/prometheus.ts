import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { CodedError, messageOf } from '../../runtime/errors.ts';
import { onFreePort } from './on-free-port.ts';
import { LocalProcess } from './process.ts';
import {
  CONFIG_FILE,
  writePrometheusFiles,
  writeTargets,
  type PrometheusOptions,
} from './prometheus-config.ts';
import { withServerFolder } from './server-folder.ts';
import { ensureTool } from './tools/ensure-tool.ts';

type Labels = Readonly<Record<string, string>>;

export interface PrometheusSample {
  readonly metric: Labels;
  readonly value: number;
}

export interface PrometheusSeries {
  readonly metric: Labels;
  /** [seconds since 1970, value] */
  readonly values: readonly (readonly [number, number])[];
}

/** An alert that is pending or firing. */
export interface PrometheusAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: 'pending' | 'firing';
  /** Since when its condition holds. */
  readonly activeAt: string;
  readonly value: string;
}

export interface PrometheusRuleGroup {
  readonly name: string;
  /** Of its last evaluation, in seconds. */
  readonly evaluationTime: number;
  readonly rules: readonly {
    readonly name: string;
    readonly type: 'alerting' | 'recording';
    readonly health: 'ok' | 'err' | 'unknown';
    readonly lastError?: string;
  }[];
}

export interface PrometheusTarget {
  readonly labels: Labels;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

const QUERY_TIMEOUT_MS = 10_000;

/** A real Prometheus on a free port, with a store of its own, which ends with it. */
export class Prometheus implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #options: PrometheusOptions;
  readonly #binary: string;
  #process: LocalProcess;

  private constructor(port: number, folder: string, options: PrometheusOptions, launched: Launched) {
    this.port = port;
    this.folder = folder;
    this.#options = options;
    this.#binary = launched.binary;
    this.#process = launched.process;
  }

  /** @throws {CodedError} PROMETHEUS_FAILED when it refuses the configuration; as `ensureTool` */
  static async start(options: PrometheusOptions): Promise<Prometheus> {
    const log = (line: string) => process.stderr.write(`${line}\n`);
    const binary = options.binary ?? (await ensureTool('prometheus', { log }));
    return withServerFolder('prometheus', async (folder) => {
      await writePrometheusFiles(folder, options);
      return onFreePort(async (port) => {
        const launched = { binary, process: await launch(binary, folder, port, options) };
        return new Prometheus(port, folder, options, launched);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /**
   * Taken up within about 6 s: Prometheus gathers what its discovery finds for 5 s.
   * @param job one of those that it was started with
   */
  async setTargets(job: string, targets: readonly string[]): Promise<void> {
    if (!Object.hasOwn(this.#options.jobs, job)) {
      const jobs = Object.keys(this.#options.jobs).join(', ');
      throw new CodedError('UNKNOWN_JOB', 'Prometheus has no such job', { expected: jobs, got: job });
    }
    await writeTargets(this.folder, job, targets);
  }

  /** An instant query; at `atMs` since 1970, or now. @throws {CodedError} PROMETHEUS_REFUSED */
  async query(promql: string, atMs?: number): Promise<PrometheusSample[]> {
    const time = atMs === undefined ? {} : { time: String(atMs / 1_000) };
    const { result } = await this.get<{ result: readonly RawSample[] }>('/api/v1/query', {
      query: promql,
      ...time,
    });
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** A query at every step of a time; milliseconds since 1970. @throws {CodedError} PROMETHEUS_REFUSED */
  async queryRange(
    promql: string,
    fromMs: number,
    toMs: number,
    stepMs: number,
  ): Promise<PrometheusSeries[]> {
    const seconds = { start: fromMs / 1_000, end: toMs / 1_000, step: stepMs / 1_000 };
    const times = Object.entries(seconds).map(([name, value]) => [name, String(value)] as const);
    const { result } = await this.get<{ result: readonly RawSeries[] }>('/api/v1/query_range', {
      query: promql,
      ...Object.fromEntries(times),
    });
    return result.map(({ metric, values }) => ({
      metric,
      values: values.map(([time, value]) => [time, Number(value)] as const),
    }));
  }

  /** Those that are pending or firing. */
  async alerts(): Promise<readonly PrometheusAlert[]> {
    return (await this.get<{ alerts: readonly PrometheusAlert[] }>('/api/v1/alerts')).alerts;
  }

  async rules(): Promise<readonly PrometheusRuleGroup[]> {
    return (await this.get<{ groups: readonly PrometheusRuleGroup[] }>('/api/v1/rules')).groups;
  }

  async targets(): Promise<readonly PrometheusTarget[]> {
    const answer = await this.get<{ activeTargets: readonly PrometheusTarget[] }>('/api/v1/targets', {
      state: 'active',
    });
    return answer.activeTargets;
  }

  /** `data` of an answer of its HTTP API. @throws {CodedError} PROMETHEUS_REFUSED with what it says */
  async get<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(parameters).toString()}`, {
      signal: AbortSignal.timeout(QUERY_TIMEOUT_MS),
    });
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status === 'success') return answer.data;
    throw new CodedError('PROMETHEUS_REFUSED', `Prometheus refused ${path}`, {
      expected: 'success',
      got: answer.error ?? String(response.status),
    });
  }

  /** Starts it again on the same port and store after `stop` or `kill`. */
  async startAgain(): Promise<void> {
    this.#process = await launch(this.#binary, this.folder, this.port, this.#options);
  }

  /** A clean stop; the store stays. */
  async stop(): Promise<void> {
    await this.#process.stop('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

interface Launched {
  readonly binary: string;
  readonly process: LocalProcess;
}

interface RawSample {
  readonly metric: Labels;
  readonly value: readonly [number, string];
}

interface RawSeries {
  readonly metric: Labels;
  readonly values: readonly (readonly [number, string])[];
}

/** @param folder with the files of prometheus-config.ts; its data go there too */
export function prometheusArgs(folder: string, port: number): string[] {
  return [
    `--config.file=${join(folder, CONFIG_FILE)}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    // Another 5 s otherwise; not in its help, and there in 2.42 and 3.16.
    '--scrape.discovery-reload-interval=1s',
  ];
}

/** Whether this line of its log says that it answers. */
export function isPrometheusReady(line: string): boolean {
  return line.includes('ready to receive web requests');
}

async function launch(
  binary: string,
  folder: string,
  port: number,
  { retention }: PrometheusOptions,
): Promise<LocalProcess> {
  const prometheus = new LocalProcess({
    name: 'prometheus',
    command: binary,
    args: [
      ...prometheusArgs(folder, port),
      ...(retention === undefined ? [] : [`--storage.tsdb.retention.time=${retention}`]),
    ],
    env: { PATH: process.env['PATH'] },
  });
  try {
    await prometheus.waitForLine((line) => isPrometheusReady(line) || undefined);
    return prometheus;
  } catch (error) {
    await prometheus.stop('SIGKILL');
    throw new CodedError('PROMETHEUS_FAILED', messageOf(error), { cause: error });
  }
}
