import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Artifact } from '../artifacts.ts';
import type { Settings } from '../settings.ts';
import { ALERT_NAMES, type AlertName } from '../thresholds.ts';
import { dashboardLinks } from './dashboard-links.ts';
import { withSetup } from './setup-block.ts';
import { withThresholds } from './threshold-block.ts';

export const RUNBOOKS_FOLDER = import.meta.dirname;
const EXTENSION = '.md';

/** Names of the alerts that a runbook is there for. */
export function runbookNames(): string[] {
  const files = readdirSync(RUNBOOKS_FOLDER).filter((name) => name.endsWith(EXTENSION));
  return files.map((name) => name.slice(0, -EXTENSION.length)).sort();
}

export function readRunbook(name: string): string {
  return readFileSync(join(RUNBOOKS_FOLDER, `${name}${EXTENSION}`), 'utf8');
}

/** Every runbook with the settings' numbers and the common text between its marks. */
export function runbookFiles(settings: Settings): Artifact[] {
  return runbookNames().map((name) => {
    const text = withSetup(readRunbook(name), dashboardLinks(name, settings));
    const filled = isAlertName(name) ? withThresholds(text, name, settings) : text;
    return { path: `${name}${EXTENSION}`, text: filled };
  });
}

function isAlertName(name: string): name is AlertName {
  return (ALERT_NAMES as readonly string[]).includes(name);
}
