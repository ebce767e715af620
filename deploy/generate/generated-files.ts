import { join, resolve } from 'node:path';

import { README_FILE, readmeWithAlerts } from '../../alerts/alert-table.ts';
import { artifacts } from '../../alerts/artifacts.ts';
import { runbookFiles, RUNBOOKS_FOLDER } from '../../alerts/runbooks/runbook-files.ts';
import type { Settings } from '../../alerts/settings.ts';
import { dashboardFiles } from '../../dashboards/artifacts.ts';
import { chartFiles } from '../helm/chart-files.ts';

export interface GeneratedFile {
  readonly file: string;
  readonly text: string;
}

const REPOSITORY = resolve(import.meta.dirname, '..', '..');

/**
 * Everything, where it stands in the repository; runbooks and README are filled in where they are. One after
 * the other: the chart takes the dashboards as they stand once they are written.
 */
export function* committedFiles(settings: Settings): Generator<GeneratedFile> {
  const readme = readmeWithAlerts(settings);
  if (readme !== undefined) yield { file: README_FILE, text: readme };
  yield* below(join(REPOSITORY, 'alerts', 'generated'), artifacts(settings));
  yield* below(RUNBOOKS_FOLDER, runbookFiles(settings));
  yield* below(join(REPOSITORY, 'dashboards', 'generated'), dashboards(settings));
  yield* below(REPOSITORY, chartFiles());
}

/** What an installation is given, in a folder of the user's. */
export function filesFor(settings: Settings, folder: string): GeneratedFile[] {
  return [
    ...below(folder, artifacts(settings)),
    ...below(join(folder, 'runbooks'), runbookFiles(settings)),
    ...below(join(folder, 'dashboards'), dashboards(settings)),
  ];
}

function dashboards({ thresholds, links, selectors }: Settings) {
  return dashboardFiles({ thresholds, runbooks: links.runbooks, groupBy: selectors.groupBy });
}

function below(
  folder: string,
  files: readonly { readonly path: string; readonly text: string }[],
): GeneratedFile[] {
  return files.map(({ path, text }) => ({ file: join(folder, path), text }));
}
