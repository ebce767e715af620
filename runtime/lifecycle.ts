import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { codeOf, EXIT_FAILED, exitCodeOf, messageOf } from './errors.ts';
import { killAt } from './kill-at.ts';
import { flushLogger, type Logger } from './log.ts';
import { Releases, type Release } from './releases.ts';

export interface ProcessContext {
  readonly log: Logger;
  /** Aborted as soon as the process is to stop, before the first release runs. */
  readonly stopping: AbortSignal;
  /**
   * Registers a release; releases run one after the other, last registered first. One registered
   * while the process stops is run too.
   */
  defer(name: string, release: Release): void;
  /** Ends the process after its releases: status 2 for a misconfiguration, else 1. */
  fail(error: unknown): void;
  /**
   * Registers somebody to be told of an unexpected error before the process ends of it, such as an
   * error tracker; all of them together get CRASH_REPORT_MS.
   */
  onCrash(report: CrashReport): void;
}

export type CrashReport = (error: unknown) => Promise<void> | void;

export interface ProcessOptions<C> {
  readonly name: string;
  /** Reads the environment; throws a CodedError that names every fault. */
  readonly configure: () => C;
  readonly createLog: (config: C) => Logger;
  readonly start: (config: C, context: ProcessContext) => Promise<void>;
  /**
   * The process is gone this long after it was told to stop. Releases that are not through
   * LAST_LINES_MS before that are left alone, and the status is 1; whatever blocks the process
   * then, it is killed.
   */
  readonly stopDeadlineMs: number;
}

const CRASH_REPORT_MS = 2_500;
/** Of a stop deadline, kept for writing the last log lines. */
const LAST_LINES_MS = 300;
/** Ctrl-C in a terminal arrives twice where a parent such as npm passes it on. */
const SAME_SIGNAL_MS = 200;

/**
 * Runs a process from its configuration to its exit status. SIGTERM and SIGINT stop it cleanly
 * (status 0), a second signal ends it at once, an unexpected error ends it with status 1 without
 * any release: its state is unknown then.
 */
export async function runProcess<C>(options: ProcessOptions<C>): Promise<void> {
  const { name, stopDeadlineMs } = options;
  const { config, log } = configureOrExit(options);
  const releases = new Releases(log);
  const stopping = new AbortController();
  const stop = Promise.withResolvers<unknown>();
  let signalledAtMs: number | undefined;

  const onSignal = (signal: NodeJS.Signals) => {
    const nowMs = performance.now();
    if (signalledAtMs !== undefined) {
      if (nowMs - signalledAtMs > SAME_SIGNAL_MS) void endProcess(log, EXIT_FAILED);
      return;
    }
    signalledAtMs = nowMs;
    log.info({ signal }, 'stopping');
    stopping.abort();
    stop.resolve(undefined);
  };
  const noKill = (error: unknown) =>
    log.warn({ err: error }, 'the deadline holds only while the event loop moves');
  const crashReports: CrashReport[] = [];
  let crashed = false;
  const onCrash = (error: unknown) => {
    log.fatal({ err: error }, 'unexpected error');
    if (crashed) return;
    crashed = true;
    say(name, `unexpected error: ${messageOf(error)}`);
    killAt(CRASH_REPORT_MS + LAST_LINES_MS, noKill);
    void reportCrash(crashReports, error, log).then(async () => endProcess(log, EXIT_FAILED));
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('uncaughtException', onCrash).on('unhandledRejection', onCrash);

  const fail = (error: unknown) => {
    if (stopping.signal.aborted) log.info({ reason: messageOf(error) }, 'failed while stopping');
    stopping.abort();
    stop.resolve(error ?? new Error('failed'));
  };
  const context: ProcessContext = {
    log,
    stopping: stopping.signal,
    defer: (release, run) => releases.add(release, run),
    fail,
    onCrash: (report) => crashReports.push(report),
  };

  log.info({ pid: process.pid, node: process.version }, 'starting');
  void (async () => options.start(config, context))().catch(fail);
  const failure = await stop.promise;
  killAt(stopDeadlineMs, noKill);
  if (failure !== undefined) {
    log.fatal({ err: failure, code: codeOf(failure) }, 'failed');
    say(name, messageOf(failure));
  }
  const clean = await releases.runAll(Math.max(0, stopDeadlineMs - LAST_LINES_MS));
  const status = failure === undefined ? (clean ? 0 : EXIT_FAILED) : exitCodeOf(failure);
  log.info({ status }, 'stopped');
  await endProcess(log, status);
}

function configureOrExit<C>(options: ProcessOptions<C>): { config: C; log: Logger } {
  try {
    const config = options.configure();
    return { config, log: options.createLog(config) };
  } catch (error) {
    say(options.name, messageOf(error));
    return process.exit(exitCodeOf(error));
  }
}

async function reportCrash(reports: readonly CrashReport[], error: unknown, log: Logger): Promise<void> {
  const late = sleep(CRASH_REPORT_MS);
  const told = reports.map(async (report) => report(error));
  for (const result of await Promise.race([Promise.allSettled(told), late.then(() => [])])) {
    if (result.status === 'rejected') log.error({ err: result.reason }, 'a crash report failed');
  }
}

async function endProcess(log: Logger, status: number): Promise<void> {
  // A stuck write would hold up the exit for ever.
  if (!(await flushLogger(log, LAST_LINES_MS))) process.kill(process.pid, 'SIGKILL');
  process.exit(status);
}

/** On standard error, for people and for the orchestrator; whoever closed it will not read it. */
function say(name: string, message: string): void {
  try {
    writeSync(2, `${name}: ${message}\n`);
  } catch {
    // The same stands in the log.
  }
}
