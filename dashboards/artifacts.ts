import type { DashboardSettings } from './dashboard.ts';
import { delivery } from './delivery.ts';
import { jetstream } from './jetstream.ts';
import { overview } from './overview.ts';
import { runtime } from './runtime.ts';
import { shards } from './shards.ts';
import { tellApartBy } from './tell-apart-by.ts';

export interface DashboardFile {
  /** Below `dashboards/generated`. */
  readonly path: string;
  readonly text: string;
}

const ALL = [overview, shards, jetstream, delivery, runtime];

/** Every dashboard, as Grafana is given it. */
export function dashboardFiles(settings: DashboardSettings): DashboardFile[] {
  return ALL.map((make) => tellApartBy(make(settings), settings.groupBy ?? [])).map((dashboard) => ({
    path: `${String(dashboard.uid).replace('shardwatch-', '')}.json`,
    text: `${JSON.stringify(dashboard, null, 2)}\n`,
  }));
}
