import { runProcess, type ProcessContext } from '../../runtime/lifecycle.ts';
import { createLogger } from '../../runtime/log.ts';
import { readSimulatorConfig, type SimulatorConfig } from './config.ts';
import { startSimulator } from './simulator.ts';

const STOP_DEADLINE_MS = 3_000;

await runProcess({
  name: 'simulator',
  configure: () => readSimulatorConfig(process.env),
  createLog: (config) =>
    createLogger({ component: 'simulator', level: config.logLevel, secrets: config.secrets }),
  stopDeadlineMs: STOP_DEADLINE_MS,
  start,
});

async function start(config: SimulatorConfig, context: ProcessContext): Promise<void> {
  const { log } = context;
  const simulator = await startSimulator(config.simulator);
  context.defer('simulator', async () => simulator.close());
  const { apiUrl, gatewayUrl, controlUrl, options } = simulator;
  log.info({ port: Number(new URL(apiUrl).port), apiUrl, gatewayUrl, controlUrl }, 'simulator listening');
  const { eventsPerSecond, blockedRatio } = config;
  if (eventsPerSecond > 0) simulator.traffic.start({ eventsPerSecond, blockedRatio });
  log.info({ shards: options.shards, guilds: options.guilds, eventsPerSecond }, 'simulator ready');
}
