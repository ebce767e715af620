import { Camera } from './browser/camera.ts';
import { CHROMIUM_MISSING, findChromium } from './config.ts';
import { readOptions, type PreviewCommand } from './options.ts';
import { takePictures } from './take-pictures.ts';

const EXIT_FAILED = 1;
const EXIT_MISSING = 2;
const EXIT_INTERRUPTED = 130;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if ('exitCode' in options) return options.exitCode;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    const chromium = findChromium(process.env);
    if (chromium === undefined) {
      warn(CHROMIUM_MISSING);
      return EXIT_MISSING;
    }
    return (await run(options, chromium, stop.signal)) ? 0 : EXIT_FAILED;
  } catch (error) {
    if (stop.signal.aborted) return EXIT_INTERRUPTED;
    warn(`dashboards:preview: ${describe(error)}`);
    return EXIT_FAILED;
  }
}

async function run(options: PreviewCommand, chromium: string, signal: AbortSignal): Promise<boolean> {
  await using camera = await Camera.start(chromium);
  const common = { ...options, camera, log: (line: string) => console.info(line), warn };
  if (options.gameday.length === 0) return await takePictures(common);
  // Only here: it needs the whole bot.
  const { withFleets } = await import('./testing/gameday-fleets.ts');
  let ok = true;
  await withFleets(options.gameday, { signal, log: warn }, async (state, fleet) => {
    ok = (await takePictures({ ...common, ...fleet, suffix: `-${state}` })) && ok;
  });
  return ok;
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** With what was behind it: "no answer from http://..." says not enough. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
