import { writeFile } from 'node:fs/promises';

import { createLogUpdate } from 'log-update';

import { messageOf } from '../../runtime/errors.ts';
import { readOptions, type GameDayOptions } from './options.ts';
import { renderTable, summaryOf } from './report.ts';
import { runLanes } from './run-lanes.ts';
import { SCENARIOS } from './scenarios/scenarios.ts';
import { FAST_TIMING, REAL_TIMING } from './timing.ts';

const EXIT_INTERRUPTED = 130;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if ('exitCode' in options) return options.exitCode;
  if (options.list) {
    const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
    for (const { name, kind, title } of SCENARIOS)
      console.info(`${name.padEnd(width)}  ${kind === 'calm' ? 'silent' : 'pages '}  ${title}`);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    return await run(options, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return EXIT_INTERRUPTED;
    process.stderr.write(`gameday: ${messageOf(error)}\n`);
    return 1;
  }
}

async function run(options: GameDayOptions, signal: AbortSignal): Promise<number> {
  const timing = options.fast ? FAST_TIMING : REAL_TIMING;
  const scenarios = SCENARIOS.filter(
    ({ name }) => options.scenarios.length === 0 || options.scenarios.includes(name),
  );
  const { isTTY } = process.stderr;
  const status = createLogUpdate(process.stderr);
  const say = (line: string) => {
    status.clear();
    process.stderr.write(`${line}\n`);
  };
  const lanes: string[] = [];
  const startedAtMs = performance.now();
  const stamp = () => `${((performance.now() - startedAtMs) / 1_000).toFixed(0).padStart(5)} s`;
  say(`game day, ${scenarios.length} scenarios, ${timing.description}`);
  const results = await runLanes({
    scenarios,
    lanes: options.lanes,
    timing,
    signal,
    progress: (lane, text) => {
      lanes[lane] = text;
      if (isTTY) status(lanes.map((each, index) => `${stamp()}  ${index + 1}  ${each}`).join('\n'));
      else say(`${stamp()}  ${lane + 1}  ${text}`);
    },
    onResult: ({ name, ok, failure, skipped }) =>
      say(
        `${stamp()}  ${name}: ${skipped === undefined ? (ok ? 'ok' : `FAILED ${failure ?? ''}`) : 'skipped'}`,
      ),
  });
  status.clear();
  const json = JSON.stringify({ timing: timing.description, results }, undefined, 2);
  if (options.json !== undefined && options.json !== '-') await writeFile(options.json, `${json}\n`);
  if (options.json === '-') console.info(json);
  else console.info(`${timing.description}\n\n${renderTable(results)}\n\n${summaryOf(results)}`);
  return results.every(({ ok }) => ok) ? 0 : 1;
}
