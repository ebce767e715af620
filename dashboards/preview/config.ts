import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** What Debian, Ubuntu, Fedora, Arch and Google call it. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
/** Where macOS keeps what is not on PATH. */
const APPLICATIONS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** How to get a browser, for people. */
export const CHROMIUM_MISSING = [
  'Pictures need Chromium, which is neither on PATH nor named by CHROMIUM. To get it:',
  '  Debian            apt-get install --no-install-recommends chromium',
  '  Fedora            dnf install chromium',
  '  macOS             brew install --cask chromium',
  '  or set CHROMIUM to the path of a Chromium or Chrome',
].join('\n');

/**
 * The path of Chromium: what the variable CHROMIUM names, else what is on PATH.
 * @returns undefined where there is none
 * @throws when CHROMIUM names something that cannot be run
 */
export function findChromium(env: Environment): string | undefined {
  const given = env['CHROMIUM'];
  if (given) {
    if (!canRun(given)) {
      throw new Error(`CHROMIUM: expected the path of a Chromium, got ${given}, which cannot be run`);
    }
    return given;
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const files = PROGRAMS.flatMap((program) => folders.map((folder) => join(folder, program)));
  return [...files, ...APPLICATIONS].find(canRun);
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
