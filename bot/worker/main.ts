import { runProcess } from '../../runtime/lifecycle.ts';
import { createLogger } from '../../runtime/log.ts';
import { readWorkerConfig } from './config.ts';
import { HANDLERS } from './handlers/handlers.ts';
import { startWorker, STOP_DEADLINE_MS } from './worker.ts';

await runProcess({
  name: 'worker',
  configure: () => readWorkerConfig(process.env),
  createLog: (config) =>
    createLogger({ component: 'worker', level: config.logLevel, secrets: config.secrets }),
  stopDeadlineMs: STOP_DEADLINE_MS,
  start: async (config, context) => startWorker(config, HANDLERS, context),
});
