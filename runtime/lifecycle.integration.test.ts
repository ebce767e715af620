import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

const SCRIPT = join(import.meta.dirname, 'testing', 'sample-process.ts');
const STOP_DEADLINE_MS = 1_500;
/** For starting and ending a process on a busy machine. */
const SLACK_MS = 1_000;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly lines: readonly Record<string, unknown>[];
  readonly afterMs: number;
}

/** @param stdout what stands at the other end: `closed` from the start, or nobody who reads */
function start(mode: string, stdout: 'pipe' | 'closed' | 'unread' = 'pipe') {
  const child = spawn(process.execPath, [SCRIPT, mode], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const errors = text(child.stderr);
  if (stdout === 'closed') child.stdout.destroy();
  const lines = stdout === 'pipe' ? text(child.stdout) : Promise.resolve('');
  const exit = once(child, 'exit');
  const startedAtMs = performance.now();
  const ended = async (): Promise<Ended> => {
    const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
    const afterMs = performance.now() - startedAtMs;
    const written = (await lines).split('\n').filter(Boolean);
    const stderr = await errors;
    return { code, signal, stderr, lines: written.map((line) => JSON.parse(line)), afterMs };
  };
  return { child, ended };
}

async function ready({ stderr }: ChildProcess): Promise<void> {
  if (stderr) await once(stderr, 'data');
}

async function stopped(mode: string, stdout: 'pipe' | 'closed' | 'unread' = 'pipe') {
  const { child, ended } = start(mode, stdout);
  await ready(child);
  const signalledAtMs = performance.now();
  child.kill('SIGTERM');
  const result = await ended();
  return { ...result, stopMs: performance.now() - signalledAtMs };
}

const messages = ({ lines }: Ended) => lines.map(({ msg }) => msg);
const released = ({ lines }: Ended) => lines.filter(({ msg }) => msg === 'released').map(({ name }) => name);

test('SIGTERM releases in reverse order and ends with status 0, and the last line is written', async () => {
  const result = await stopped('run');
  expect(result).toMatchObject({ code: 0, signal: null });
  expect(released(result)).toEqual(['third', 'second', 'first']);
  expect(result.lines.at(-1)).toMatchObject({ msg: 'stopped', status: 0 });
});

test('the same signal twice at once is one; a second one later ends the process at once', async () => {
  const { child, ended } = start('hang-in-release');
  await ready(child);
  child.kill('SIGINT');
  child.kill('SIGTERM');
  await sleep(400);
  expect(child.exitCode).toBeNull();
  const againAtMs = performance.now();
  child.kill('SIGINT');
  const result = await ended();
  expect(result).toMatchObject({ code: 1, signal: null });
  expect(performance.now() - againAtMs).toBeLessThan(SLACK_MS);
  expect(messages(result).filter((message) => message === 'stopping')).toHaveLength(1);
});

test('a failing release is logged, the others still run, and the status is 1', async () => {
  const result = await stopped('fail-in-release');
  expect(result.code).toBe(1);
  expect(released(result)).toEqual(['first']);
  expect(result.lines).toContainEqual(
    expect.objectContaining({ msg: 'a release failed', release: 'second', level: 'error' }),
  );
});

test('a release that never ends is left alone before the deadline, with its name', async () => {
  const result = await stopped('hang-in-release');
  expect(result).toMatchObject({ code: 1, signal: null });
  expect(result.stopMs).toBeLessThan(STOP_DEADLINE_MS);
  expect(result.lines).toContainEqual(
    expect.objectContaining({ msg: 'stop deadline passed', release: 'stuck' }),
  );
});

test('a release that blocks the event loop is ended at the deadline all the same', async () => {
  const result = await stopped('block-in-release');
  expect(result).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(result.stopMs).toBeLessThan(STOP_DEADLINE_MS + SLACK_MS);
});

test('an error in the start ends the process with status 1 and one clear line', async () => {
  const result = await start('throw-in-start').ended();
  expect(result).toMatchObject({ code: 1, stderr: 'sample: cannot start\n' });
  expect(messages(result)).toEqual(['starting', 'failed', 'stopped']);
});

test('a misconfiguration found while starting ends with status 2 after the releases', async () => {
  const result = await start('misconfigured-in-start').ended();
  expect(result).toMatchObject({ code: 2, stderr: 'sample: The token is wrong\n' });
  expect(released(result)).toEqual(['first']);
  expect(result.lines).toContainEqual(expect.objectContaining({ msg: 'failed', code: 'TOKEN_WRONG' }));
});

test('a wrong environment ends with status 2 and every fault, without a stack trace', async () => {
  const result = await start('misconfigured').ended();
  expect(result).toMatchObject({
    code: 2,
    lines: [],
    stderr: 'sample: One setting is wrong:\n  PORT: expected a number, got "x"\n',
  });
});

test('a failure before the start is through ends the process, and what is deferred later is released', async () => {
  const result = await start('fail-while-starting').ended();
  expect(result).toMatchObject({ code: 1, stderr: 'sample: failed early\n' });
  expect(released(result)).toEqual(['late']);
});

test('a stop during the start is a clean one', async () => {
  const result = await stopped('hang-in-start');
  expect(result).toMatchObject({ code: 0, stderr: 'ready\n' });
});

test('an unhandled rejection is reported and ends the process with status 1, without releases', async () => {
  const result = await start('unhandled-rejection').ended();
  expect(result).toMatchObject({ code: 1, stderr: 'sample: unexpected error: nobody handles this\n' });
  expect(result.lines).toContainEqual(
    expect.objectContaining({ msg: 'crash reported', told: 'nobody handles this' }),
  );
  expect(released(result)).toEqual([]);
});

test('a crash report that never ends does not keep a crashed process alive', async () => {
  const result = await start('crash-and-hang').ended();
  expect(result.code ?? result.signal).toBe(1);
  expect(result.afterMs).toBeLessThan(2_500 + 300 + 2 * SLACK_MS);
});

test('a closed standard output neither crashes the process nor keeps it', async () => {
  const result = await stopped('run', 'closed');
  expect(result).toMatchObject({ code: 0, signal: null, stderr: 'ready\n' });
});

test('50,000 lines into a slow pipe do not block the process, and none is lost', async () => {
  const { child, ended } = start('flood');
  child.stdout?.pause();
  await ready(child);
  child.stdout?.resume();
  child.kill('SIGTERM');
  const result = await ended();
  expect(result.code).toBe(0);
  expect(result.lines.filter(({ msg }) => msg === 'flood')).toHaveLength(50_000);
  expect(result.lines.at(-1)).toMatchObject({ msg: 'stopped' });
});

test('a standard output that nobody reads does not keep the process beyond its deadline', async () => {
  const result = await stopped('flood', 'unread');
  // The write that is stuck holds up every other way to end.
  expect(result.signal).toBe('SIGKILL');
  expect(result.stopMs).toBeLessThan(STOP_DEADLINE_MS + SLACK_MS);
});
