import { join, resolve } from 'node:path';

import { README_FILE, readmeWithAlerts } from '../../alerts/alert-table.ts';
import { artifacts } from '../../alerts/artifacts.ts';
import { runbookFiles, RUNBOOKS_FOLDER } from '../../alerts/runbooks/runbook-files.ts';
import type { Settings } from '../../alerts/settings.ts';
import { dashboardFiles } from '../../dashboards/artifacts.ts';

export interface GeneratedFile {
  readonly file: string;
  readonly text: string;
}

const REPOSITORY = resolve(import.meta.dirname, '..', '..');

/** Everything, where it stands in the repository; runbooks and README are filled in where they are. */
export function committedFiles(settings: Settings): GeneratedFile[] {
  const readme = readmeWithAlerts(settings);
  return [
    ...(readme === undefined ? [] : [{ file: README_FILE, text: readme }]),
    ...below(join(REPOSITORY, 'alerts', 'generated'), artifacts(settings)),
    ...below(RUNBOOKS_FOLDER, runbookFiles(settings)),
    ...below(join(REPOSITORY, 'dashboards', 'generated'), dashboards(settings)),
  ];
}

/** What an installation is given, in a folder of the user's. */
export function filesFor(settings: Settings, folder: string): GeneratedFile[] {
  return [
    ...below(folder, artifacts(settings)),
    ...below(join(folder, 'runbooks'), runbookFiles(settings)),
    ...below(join(folder, 'dashboards'), dashboards(settings)),
  ];
}

function dashboards({ thresholds, links }: Settings) {
  return dashboardFiles({ thresholds, runbooks: links.runbooks });
}

function below(
  folder: string,
  files: readonly { readonly path: string; readonly text: string }[],
): GeneratedFile[] {
  return files.map(({ path, text }) => ({ file: join(folder, path), text }));
}
