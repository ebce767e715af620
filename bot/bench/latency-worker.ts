import { appendFileSync } from 'node:fs';

import { runProcess } from '../../runtime/lifecycle.ts';
import { createLogger } from '../../runtime/log.ts';
import { readWorkerConfig } from '../worker/config.ts';
import type { Handler } from '../worker/handler.ts';
import { HANDLERS } from '../worker/handlers/handlers.ts';
import { startWorker, STOP_DEADLINE_MS } from '../worker/worker.ts';

/**
 * The worker as it is, but its handler of messages only notes when it was called. The times, as
 * lines of `<message id> <milliseconds since 1970>`, go to the file named by the first argument.
 */
const file = process.argv[2] ?? '';
const baseMs = Date.now() - performance.now();
const lines: string[] = [];

const note: Handler = async ({ messageId }) => {
  lines.push(`${messageId} ${baseMs + performance.now()}\n`);
};

await runProcess({
  name: 'worker',
  configure: () => readWorkerConfig(process.env),
  createLog: (config) => createLogger({ component: 'worker', level: config.logLevel }),
  stopDeadlineMs: STOP_DEADLINE_MS,
  start: async (config, context) => {
    context.defer('times', () => appendFileSync(file, lines.join('')));
    await startWorker(config, { ...HANDLERS, 'moderation-worker': note }, context);
  },
});
