import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'yaml';

export interface PrometheusOptions {
  /** Job name -> `host:port` of its targets. */
  readonly jobs: Readonly<Record<string, readonly string[]>>;
  /** Text of a rule file, or of several. */
  readonly rules?: string | readonly string[];
  /** `host:port` of Alertmanager, or of several. */
  readonly alertmanager?: string | readonly string[];
  /** As Prometheus writes durations: 15s. */
  readonly scrapeInterval: string;
  /** By default 10 s, or the interval where that is shorter. */
  readonly scrapeTimeout?: string;
  readonly evaluationInterval: string;
  /** How long samples are kept; by default 15 d. */
  readonly retention?: string;
  /** A path of prometheus; by default the one that `ensureTool` finds. */
  readonly binary?: string;
}

export const CONFIG_FILE = 'prometheus.yaml';
/** How soon changed targets are noticed where the file system does not tell of them. */
const REFRESH_INTERVAL = '1s';

/** Its configuration, rules and targets, into its folder. */
export async function writePrometheusFiles(folder: string, options: PrometheusOptions): Promise<void> {
  const rules = [options.rules ?? []].flat();
  for (const [index, text] of rules.entries()) await writeFile(join(folder, ruleFile(index)), text);
  for (const [job, targets] of Object.entries(options.jobs)) await writeTargets(folder, job, targets);
  await writeFile(join(folder, CONFIG_FILE), configuration(folder, options, rules.length));
}

/** In one step, so that it is never read half written. */
export async function writeTargets(folder: string, job: string, targets: readonly string[]): Promise<void> {
  const file = targetsFile(folder, job);
  await writeFile(`${file}.new`, JSON.stringify([{ targets }]));
  await rename(`${file}.new`, file);
}

function configuration(folder: string, options: PrometheusOptions, ruleFiles: number): string {
  const { scrapeInterval, scrapeTimeout, evaluationInterval } = options;
  const alertmanagers = [options.alertmanager ?? []].flat();
  return stringify({
    global: {
      scrape_interval: scrapeInterval,
      ...(scrapeTimeout !== undefined && { scrape_timeout: scrapeTimeout }),
      evaluation_interval: evaluationInterval,
    },
    rule_files: Array.from({ length: ruleFiles }, (_, index) => ruleFile(index)),
    alerting: { alertmanagers: [{ static_configs: [{ targets: alertmanagers }] }] },
    scrape_configs: Object.keys(options.jobs).map((job) => ({
      job_name: job,
      file_sd_configs: [{ files: [targetsFile(folder, job)], refresh_interval: REFRESH_INTERVAL }],
    })),
  });
}

function ruleFile(index: number): string {
  return `rules-${index}.yaml`;
}

function targetsFile(folder: string, job: string): string {
  return join(folder, `targets-${job}.json`);
}
