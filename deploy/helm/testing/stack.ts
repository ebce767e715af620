import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parse, stringify } from 'yaml';

import { CHART, helm } from './helm.ts';

export const STACK = join(CHART, '..', 'shardwatch-stack');
/** Where `helm dependency update` puts the parts, and an ignored folder for who packages them otherwise. */
const FOLDERS = [join(STACK, 'charts'), join(CHART, '..', '..', '..', '.tools', 'charts')];

export interface Dependency {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly condition?: string;
}

export function dependencies(): Dependency[] {
  const chart = parse(readFileSync(join(STACK, 'Chart.yaml'), 'utf8')) as { dependencies: Dependency[] };
  return chart.dependencies;
}

/** The archive of a part, of the version that the umbrella names; undefined where it is not on this machine. */
export function archiveOf({ name, version }: Dependency): string | undefined {
  return FOLDERS.map((folder) => join(folder, `${name}-${version}.tgz`)).find((file) => existsSync(file));
}

export interface StackCopy extends Disposable {
  readonly path: string;
}

/**
 * A copy of the umbrella that can be rendered: with this checkout's shardwatch, and with the given archives of the
 * other parts; a part without one is no dependency of the copy.
 */
export async function stackCopy(archives: Readonly<Record<string, string>>): Promise<StackCopy> {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-stack-'));
  const path = join(folder, 'shardwatch-stack');
  cpSync(STACK, path, { recursive: true, filter: (file) => !file.endsWith('/charts') });
  const charts = join(path, 'charts');
  mkdirSync(charts);
  const { status, stderr } = await helm(['package', CHART, '--destination', charts]);
  if (status !== 0) throw new Error(stderr);
  for (const file of Object.values(archives))
    cpSync(file, join(charts, file.slice(file.lastIndexOf('/') + 1)));
  const chart = parse(readFileSync(join(path, 'Chart.yaml'), 'utf8')) as object;
  const there = dependencies().filter(({ name }) => name === 'shardwatch' || archives[name] !== undefined);
  writeFileSync(join(path, 'Chart.yaml'), stringify({ ...chart, dependencies: there }));
  if (globSync('*.tgz', { cwd: charts }).length !== there.length)
    throw new Error(`${charts} is not complete`);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
