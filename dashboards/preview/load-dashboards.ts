import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { DashboardJson } from './dashboard-json.ts';

export interface NamedDashboard {
  /** Of its file: overview */
  readonly name: string;
  readonly json: DashboardJson;
}

/** @param names `all`, or some @throws for a name without a dashboard */
export async function loadDashboards(
  names: readonly string[],
  folder: string,
): Promise<readonly NamedDashboard[]> {
  const files = await readdir(folder);
  const known = files
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .toSorted();
  const missing = names.find((name) => name !== 'all' && !known.includes(name));
  if (missing !== undefined) {
    throw new Error(`there is no dashboard "${missing}" (there are ${known.join(', ')})`);
  }
  const wanted = known.filter((name) => names.includes('all') || names.includes(name));
  return Promise.all(
    wanted.map(async (name) => ({
      name,
      json: JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as DashboardJson,
    })),
  );
}
