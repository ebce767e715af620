import { Worker } from 'node:worker_threads';

/** Runs in a thread of its own, since the event loop may be what is stuck. */
const SCRIPT = `
const { workerData } = require('node:worker_threads');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData);
process.kill(process.pid, 'SIGKILL');
`;

/**
 * Kills this process `delayMs` from now, whatever it is doing then; it may end before.
 *
 * @param onMissing told when that cannot be had
 */
export function killAt(delayMs: number, onMissing: (error: unknown) => void): void {
  const thread = new Worker(SCRIPT, { eval: true, workerData: delayMs, execArgv: [], env: {} });
  // Without memory for a thread the orchestrator's own deadline is what remains.
  thread.on('error', (error) => onMissing(error));
  thread.unref();
}
