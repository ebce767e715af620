import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { CodedError } from '../../../runtime/errors.ts';
import { PageReceiver } from '../page-receiver.ts';
import { ensureTool } from '../tools/ensure-tool.ts';
import type { ToolName } from '../tools/tool-table.ts';
import type { DemoConfig } from './config.ts';
import { makeDemoFolder, removeAbandonedFolders } from './demo-folder.ts';
import { Fleet } from './fleet.ts';
import { checkLedger } from './ledger-check.ts';
import { Observer } from './observer.ts';
import type { DemoOptions } from './options.ts';
import type { Reading } from './reading.ts';
import { createScreen, type Screen } from './screen.ts';
import { SIMULATOR } from './services.ts';
import { showPages } from './show-pages.ts';
import { isHandled, problemsOf, summaryOf, type Outcome } from './verdict.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const LOOK_EVERY_MS = 1_000;
/** Until every shard is ready. */
const READY_DEADLINE_MS = 60_000;
/** Discord lets one shard identify in this time. */
const IDENTIFY_MS = 5_000;
/** Until what was dispatched last is stored and handled. */
const DRAIN_DEADLINE_MS = 30_000;

export interface DemoParts {
  readonly options: DemoOptions;
  readonly config: DemoConfig;
  readonly output: NodeJS.WriteStream;
  /** Aborted once to end in order. */
  readonly stop: AbortSignal;
  /** Aborted to end at once. */
  readonly kill: AbortSignal;
}

/** Runs the whole bot. @returns whether events flowed and nothing was lost */
export async function runDemo({ options, config, output, stop, kill }: DemoParts): Promise<boolean> {
  const find = async (name: ToolName) => ensureTool(name, { log: (line) => output.write(`${line}\n`) });
  const programs = {
    'nats-server': await find('nats-server'),
    prometheus: await find('prometheus'),
    alertmanager: await find('alertmanager'),
  };
  await using stack = new AsyncDisposableStack();
  for (const path of await removeAbandonedFolders(tmpdir()))
    output.write(`removed what a killed demo had left: ${path}\n`);
  const { path: folder, end } = await makeDemoFolder(tmpdir(), options.keep);
  const logFolder = join(folder, 'logs');
  await mkdir(logFolder);
  const title = config.discordToken ? 'shardwatch, against Discord' : 'shardwatch, against the simulator';
  const screen = createScreen(output, { title, folder: logFolder, forMs: options.forMs });
  stack.defer(async () => {
    await end();
    if (options.keep) screen.print(`kept: ${folder}`);
  });
  screen.print(title, `logs in ${logFolder}`);

  const pages = stack.use(await PageReceiver.start());
  showPages(pages, (text) => screen.note(text));
  const fleet = new Fleet({
    plan: { options, config, programs, folder, pagesUrl: pages.url },
    cwd: REPOSITORY,
    logFolder,
    screen,
  });
  stack.defer(async () => fleet.stop());
  kill.addEventListener('abort', () => fleet.kill());
  // It may have come before anybody listened.
  if (stop.aborted) return true;
  const stopEarly = () => void fleet.stop();
  stop.addEventListener('abort', stopEarly);
  try {
    await fleet.start();
  } catch (error) {
    if (stop.aborted) return true;
    throw error;
  }
  stop.removeEventListener('abort', stopEarly);

  const observer = stack.use(await Observer.open(fleet.services));
  await waitUntilReady(observer, screen, options, config, stop);
  const startedAtMs = performance.now();
  while (!stop.aborted && performance.now() - startedAtMs < (options.forMs ?? Infinity)) {
    screen.show(await observer.read());
    await pause(stop);
  }
  if (options.forMs === undefined || stop.aborted) return true;
  const outcome = await conclude(fleet, observer, screen, stop);
  const problems = problemsOf(outcome);
  const verdict =
    problems.length === 0
      ? screen.paint(
          'green',
          outcome.ledger ? 'Events flowed and nothing was lost.' : 'Events flowed and no loss is known.',
        )
      : screen.paint('red', 'Not all went well:');
  screen.print(...summaryOf(outcome), '', verdict, ...problems.map((problem) => `  ${problem}`));
  return problems.length === 0;
}

/** @throws {CodedError} SHARDS_NOT_READY */
async function waitUntilReady(
  observer: Observer,
  screen: Screen,
  { shards }: DemoOptions,
  { discordToken }: DemoConfig,
  stop: AbortSignal,
): Promise<void> {
  const deadlineMs = performance.now() + READY_DEADLINE_MS + (discordToken ? shards * IDENTIFY_MS : 0);
  while (!stop.aborted) {
    const reading = await observer.read();
    screen.show(reading);
    if (readyShards(reading) === shards) return;
    if (performance.now() > deadlineMs) {
      throw new CodedError(
        'SHARDS_NOT_READY',
        'The shards do not become ready; see the logs of the gateways',
        {
          expected: `${shards} ready`,
          got: String(readyShards(reading)),
        },
      );
    }
    await pause(stop);
  }
}

/** Ends the traffic, waits until all of it is stored and handled, and holds it against the ledger. */
async function conclude(
  fleet: Fleet,
  observer: Observer,
  screen: Screen,
  stop: AbortSignal,
): Promise<Outcome> {
  const simulator = fleet.services.find(({ name }) => name === SIMULATOR);
  if (simulator) await stopTraffic(simulator.address);
  const deadlineMs = performance.now() + DRAIN_DEADLINE_MS;
  let toHandle = await observer.toHandle();
  for (;;) {
    const reading = await observer.read();
    // Asked after the reading, so that what is stored in between counts as not handled yet. Discord
    // goes on: there what came up to the end is what counts.
    if (simulator) toHandle = await observer.toHandle();
    screen.show(reading);
    const late = stop.aborted || performance.now() > deadlineMs;
    if (late || isHandled({ reading, toHandle, endless: !simulator })) {
      const ledger = simulator && (await checkLedger(simulator.address, observer.connection));
      const simulatorRestarts = simulator?.restarts ?? 0;
      if (late || !ledger || ledger.missing.length === 0)
        return { reading, ledger, simulatorRestarts, toHandle };
    }
    await pause(stop);
  }
}

async function stopTraffic(simulator: string): Promise<void> {
  const response = await fetch(`http://${simulator}/control/traffic`, {
    method: 'POST',
    body: JSON.stringify({ eventsPerSecond: 0 }),
  });
  if (!response.ok)
    throw new CodedError(
      'SIMULATOR_REFUSED',
      `The simulator answered ${response.status} when its traffic was to stop`,
    );
}

function readyShards({ gateways }: Reading): number {
  return gateways.flatMap(({ shards }) => [...shards.values()]).filter((state) => state === 'ready').length;
}

async function pause(stop: AbortSignal): Promise<void> {
  await sleep(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
}
