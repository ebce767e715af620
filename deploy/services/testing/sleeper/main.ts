import { writeSync } from 'node:fs';

import { connect } from 'nats';

/** Less than the 32 KiB from which the client writes at once. */
const BUFFERED_MESSAGES = 100;
const STILL_MS = 3_000;

/**
 * Publishes to the server of the first argument and, with messages in the client's buffer that the socket has not got
 * yet, stands still for a moment, in which a test stops the process. Writes what happens on standard output, past any
 * buffer.
 */
const [, , url = ''] = process.argv;
const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
await connection.jetstream().publish('slept', 'before', { msgID: 'before' });
for (let index = 0; index < BUFFERED_MESSAGES; index += 1) connection.publish('slept', `buffered ${index}`);
writeSync(1, 'buffered\n');
// Nothing is written to the socket as long as this runs.
for (const untilMs = performance.now() + STILL_MS; performance.now() < untilMs;);
writeSync(1, 'awake\n');
void (async () => {
  for await (const { type } of connection.status()) writeSync(1, `status ${type}\n`);
})();
for (let isStored = false; !isStored;) {
  try {
    await connection.jetstream().publish('slept', 'after', { msgID: 'after', timeout: 1_000 });
    isStored = true;
  } catch (error) {
    // It went into the connection that is gone, and again has the same id.
    writeSync(1, `${String(error)}\n`);
  }
}
writeSync(1, 'published\n');
await connection.close();
