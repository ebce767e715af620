import { CodedError, EXIT_MISCONFIGURED } from '../errors.ts';
import { invalidConfig } from '../env.ts';
import { runProcess, type ProcessContext } from '../lifecycle.ts';
import { createLogger } from '../log.ts';

/** A process for tests of the life cycle: what it does is named by its first argument. */
const [, , mode = ''] = process.argv;
const FOR_EVER_MS = 2 ** 30;

function ready(): void {
  process.stderr.write('ready\n');
}

async function hang(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, FOR_EVER_MS));
}

const MODES: Record<string, (context: ProcessContext) => Promise<void> | void> = {
  run: (context) => {
    for (const name of ['first', 'second', 'third']) {
      context.defer(name, () => context.log.info({ name }, 'released'));
    }
    ready();
  },
  'fail-in-release': (context) => {
    context.defer('first', () => context.log.info({ name: 'first' }, 'released'));
    context.defer('second', () => {
      throw new Error('no way to release');
    });
    ready();
  },
  'hang-in-release': (context) => {
    context.defer('stuck', hang);
    ready();
  },
  'block-in-release': (context) => {
    context.defer('blocked', () => {
      for (;;);
    });
    ready();
  },
  'throw-in-start': () => {
    throw new Error('cannot start');
  },
  'misconfigured-in-start': (context) => {
    context.defer('first', () => context.log.info({ name: 'first' }, 'released'));
    throw new CodedError('TOKEN_WRONG', 'The token is wrong', { exitCode: EXIT_MISCONFIGURED });
  },
  'fail-while-starting': async (context) => {
    setTimeout(() => {
      context.fail(new Error('failed early'));
      context.defer('late', () => context.log.info({ name: 'late' }, 'released'));
    }, 10);
    await hang();
  },
  'hang-in-start': async (context) => {
    ready();
    await new Promise((_resolve, reject) =>
      context.stopping.addEventListener('abort', () => reject(context.stopping.reason)),
    );
  },
  'unhandled-rejection': (context) => {
    context.defer('first', () => context.log.info({ name: 'first' }, 'released'));
    context.onCrash((error) => context.log.info({ told: (error as Error).message }, 'crash reported'));
    setTimeout(() => void Promise.reject(new Error('nobody handles this')), 10);
  },
  'crash-and-hang': (context) => {
    context.onCrash(hang);
    setTimeout(() => {
      throw new Error('thrown in a timer');
    }, 10);
  },
  flood: (context) => {
    for (let line = 0; line < 50_000; line += 1) context.log.info({ line }, 'flood');
    ready();
  },
};

await runProcess({
  name: 'sample',
  configure: () => {
    if (mode === 'misconfigured') throw invalidConfig(['  PORT: expected a number, got "x"']);
    return mode;
  },
  createLog: () => createLogger({ component: 'sample', level: 'info' }),
  stopDeadlineMs: 1_500,
  start: async (name, context) => {
    const timer = setInterval(() => undefined, FOR_EVER_MS);
    context.defer('timer', () => clearInterval(timer));
    await MODES[name]?.(context);
  },
});
