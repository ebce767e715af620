import { codeOf, EXIT_FAILED, exitCodeOf, messageOf } from './errors.ts';
import { flushLogger, type Logger } from './log.ts';

export interface ProcessContext {
  readonly log: Logger;
  /** Aborted as soon as the process is to stop, before the first release runs. */
  readonly stopping: AbortSignal;
  /** Registers a release; releases run one after the other, last registered first. */
  defer(name: string, release: () => Promise<void> | void): void;
  /** Ends the process after its releases: status 2 for a misconfiguration, else 1. */
  fail(error: unknown): void;
}

export interface ProcessOptions<C> {
  readonly name: string;
  /** Reads the environment; throws a CodedError that names every fault. */
  readonly configure: () => C;
  readonly createLog: (config: C) => Logger;
  readonly start: (config: C, context: ProcessContext) => Promise<void>;
  /** How long all releases together may take before the process ends anyway, with status 1. */
  readonly stopDeadlineMs: number;
}

/**
 * Runs a process from its configuration to its exit status. SIGTERM and SIGINT stop it cleanly
 * (status 0), a second signal ends it at once, an unexpected error ends it with status 1.
 */
export async function runProcess<C>(options: ProcessOptions<C>): Promise<void> {
  const config = configureOrExit(options);
  const log = options.createLog(config);
  const releases: { name: string; release: () => Promise<void> | void }[] = [];
  const stopping = new AbortController();
  const stop = Promise.withResolvers<unknown>();

  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping.signal.aborted) process.exit(EXIT_FAILED);
    log.info({ signal }, 'stopping');
    stopping.abort();
    stop.resolve(undefined);
  };
  const onCrash = (error: unknown) => {
    log.fatal({ err: error }, 'unexpected error');
    void flushLogger(log).finally(() => process.exit(EXIT_FAILED));
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('uncaughtException', onCrash).on('unhandledRejection', onCrash);

  const fail = (error: unknown) => {
    stopping.abort();
    stop.resolve(error ?? new Error('failed'));
  };
  const context: ProcessContext = {
    log,
    stopping: stopping.signal,
    defer: (name, release) => releases.push({ name, release }),
    fail,
  };

  log.info({ pid: process.pid, node: process.version }, 'starting');
  options.start(config, context).catch(fail);
  const failure = await stop.promise;
  if (failure !== undefined) {
    log.fatal({ err: failure, code: codeOf(failure) }, 'failed');
    process.stderr.write(`${options.name}: ${messageOf(failure)}\n`);
  }
  const clean = await releaseAll(releases, options.stopDeadlineMs, log);
  const status = failure === undefined ? (clean ? 0 : EXIT_FAILED) : exitCodeOf(failure);
  log.info({ status }, 'stopped');
  await flushLogger(log);
  process.exit(status);
}

function configureOrExit<C>(options: ProcessOptions<C>): C {
  try {
    return options.configure();
  } catch (error) {
    process.stderr.write(`${options.name}: ${messageOf(error)}\n`);
    return process.exit(exitCodeOf(error));
  }
}

/** Returns false when a release failed or the deadline passed. */
async function releaseAll(
  releases: readonly { name: string; release: () => Promise<void> | void }[],
  deadlineMs: number,
  log: Logger,
): Promise<boolean> {
  let clean = true;
  let current = '';
  const run = async () => {
    for (const { name, release } of releases.toReversed()) {
      current = name;
      try {
        await release();
      } catch (error) {
        clean = false;
        log.error({ err: error, release: name }, 'a release failed');
      }
    }
    return true;
  };
  const deadline = new Promise<boolean>((resolve) => {
    setTimeout(() => resolve(false), deadlineMs).unref();
  });
  const inTime = await Promise.race([run(), deadline]);
  if (!inTime) log.error({ release: current, deadlineMs }, 'stop deadline passed');
  return clean && inTime;
}
