import type { TelemetryConfig } from '../config.ts';
import type { ProcessContext } from '../lifecycle.ts';
import { startTelemetry } from './start-telemetry.ts';
import type { Telemetry } from './telemetry.ts';

/** Telemetry for as long as the process lives: closed with it, and told what it crashed of. */
export async function processTelemetry(
  component: string,
  config: TelemetryConfig,
  context: ProcessContext,
): Promise<Telemetry> {
  const telemetry = await startTelemetry({ component, config, log: context.log });
  context.defer('telemetry', async () => telemetry.close());
  context.onCrash(async (error) => {
    telemetry.captureError(error, {});
    await telemetry.close();
  });
  return telemetry;
}
