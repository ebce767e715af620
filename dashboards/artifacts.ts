import type { DashboardSettings } from './dashboard.ts';
import { overview } from './overview.ts';

export interface DashboardFile {
  /** Below `dashboards/generated`. */
  readonly path: string;
  readonly text: string;
}

/** Every dashboard, as Grafana is given it. */
export function dashboardFiles(settings: DashboardSettings): DashboardFile[] {
  return [overview(settings)].map((dashboard) => ({
    path: `${String(dashboard.uid).replace('shardwatch-', '')}.json`,
    text: `${JSON.stringify(dashboard, null, 2)}\n`,
  }));
}
