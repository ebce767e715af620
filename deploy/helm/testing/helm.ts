import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseAllDocuments, stringify } from 'yaml';

import { ensureTool } from '../../local/tools/ensure-tool.ts';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

export interface Rendering {
  readonly release?: string;
  readonly namespace?: string;
  /** Of the cluster that it is rendered for. */
  readonly kubeVersion?: string;
  readonly values?: object;
  readonly chart?: string;
}

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const CHART = join(import.meta.dirname, '..', 'shardwatch');
const MAX_OUTPUT_BYTES = 64 * 1024 ** 2;

/**
 * Runs helm with the values, if any, in a file.
 * @param kubeconfig of a cluster; without one helm knows of none
 */
export async function helm(args: readonly string[], values?: object, kubeconfig?: string): Promise<Outcome> {
  const binary = await ensureTool('helm', { log: (line) => process.stderr.write(`${line}\n`) });
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-helm-'));
  try {
    const file = join(folder, 'values.yaml');
    writeFileSync(file, stringify(values ?? {}));
    // No setting, plugin or repository of whoever runs the tests.
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      HELM_CACHE_HOME: folder,
      HELM_CONFIG_HOME: folder,
      HELM_DATA_HOME: folder,
      KUBECONFIG: kubeconfig ?? join(folder, 'none'),
    };
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const all = values === undefined ? args : [...args, '--values', file];
    execFile(binary, all, { env, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
    return await promise;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function template(rendering: Rendering = {}): Promise<Outcome> {
  const { release = 'shardwatch', namespace = 'bots', kubeVersion, values = {}, chart = CHART } = rendering;
  const version = kubeVersion ? ['--kube-version', kubeVersion] : [];
  return helm(['template', release, chart, '--namespace', namespace, ...version], values);
}

/** Everything that the chart makes of the values. @throws {Error} with what helm says when it refuses them */
export async function render(rendering: Rendering = {}): Promise<Manifest[]> {
  const { status, stdout, stderr } = await template(rendering);
  if (status !== 0) throw new Error(stderr);
  return parseManifests(stdout);
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { merge: true })
    .map((document): unknown => document.toJS())
    .filter((each): each is Manifest => each !== null && each !== undefined);
}
