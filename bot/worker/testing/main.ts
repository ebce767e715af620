import { runProcess } from '../../../runtime/lifecycle.ts';
import { createLogger } from '../../../runtime/log.ts';
import { readWorkerConfig } from '../config.ts';
import { startWorker, STOP_DEADLINE_MS } from '../worker.ts';
import { testHandlers } from './test-handlers.ts';

/** The worker process with handlers that do what the events tell them: `main.ts <file>`. */
const [file = ''] = process.argv.slice(2);

await runProcess({
  name: 'test-worker',
  configure: () => readWorkerConfig(process.env),
  createLog: (config) => createLogger({ component: 'test-worker', level: config.logLevel }),
  stopDeadlineMs: STOP_DEADLINE_MS,
  start: async (config, context) => startWorker(config, testHandlers(file), context),
});
