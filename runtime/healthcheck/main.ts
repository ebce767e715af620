import { messageOf } from '../errors.ts';
import { isLive } from './is-live.ts';
import { portsToAsk } from './config.ts';

/** Below the 5 s that orchestrators are told to wait, so that the reason is still written. */
const TIMEOUT_MS = 4_000;

/** For orchestrators without HTTP checks of their own: Docker's HEALTHCHECK. */
try {
  const answer = await isLive(portsToAsk(process.env), TIMEOUT_MS);
  process.stdout.write(`${answer}\n`);
} catch (error) {
  process.stdout.write(`healthcheck: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
