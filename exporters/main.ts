import { runProcess } from '../runtime/lifecycle.ts';
import { createLogger } from '../runtime/log.ts';
import { readExporterConfig } from './config.ts';
import { startJetStreamExporter } from './jetstream-exporter.ts';

const STOP_DEADLINE_MS = 5_000;

await runProcess({
  name: 'exporter',
  configure: () => readExporterConfig(process.env),
  createLog: (config) =>
    createLogger({ component: 'exporter', level: config.logLevel, secrets: config.secrets }),
  stopDeadlineMs: STOP_DEADLINE_MS,
  start: startJetStreamExporter,
});
