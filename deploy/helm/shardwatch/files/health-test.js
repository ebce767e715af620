// Run by `helm test`: every pod of each service must be ready and serve its metrics.
import { lookup } from 'node:dns/promises';

const DEADLINE_MS = 120_000;
const PAUSE_MS = 2_000;
const ANSWER_MS = 5_000;
const deadline = Date.now() + DEADLINE_MS;

/** What is wrong with the pods behind an address; undefined when nothing is. */
async function problem(address) {
  const { hostname, port } = new URL(address);
  // The service is headless: its name has the address of every pod.
  const pods = await lookup(hostname, { all: true });
  for (const { address: ip, family } of pods) {
    const base = `http://${family === 6 ? `[${ip}]` : ip}:${port}`;
    const ready = await fetch(`${base}/health/ready`, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (!ready.ok) return `${base} is not ready: ${await ready.text()}`;
    const metrics = await fetch(`${base}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const text = await metrics.text();
    if (!text.includes('process_start_time_seconds')) return `${base}/metrics has no metrics`;
  }
  console.log(`${address}: ${pods.length} ready`);
  return undefined;
}

for (const address of process.argv.slice(1)) {
  for (;;) {
    const found = await problem(address).catch((error) => `${address}: ${error.cause ?? error}`);
    if (found === undefined) break;
    console.log(found);
    if (Date.now() > deadline) process.exit(1);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
