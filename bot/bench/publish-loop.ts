import { connect, headers as newHeaders, nuid, type NatsConnection } from 'nats';
import { Registry } from 'prom-client';

import { createLogger } from '../../runtime/log.ts';
import { EVENT_HEADERS, messageIdOf, subjectOf } from '../events.ts';
import { PayloadBucket } from '../payload-bucket.ts';
import { toPublication } from '../gateway/publish/dispatch-publication.ts';
import { createFindStored } from '../gateway/publish/find-stored.ts';
import { PUBLISHER_DEFAULTS } from '../gateway/publish/publication.ts';
import { registerPublishMetrics } from '../gateway/publish/publish-metrics.ts';
import { Publisher } from '../gateway/publish/publisher.ts';

/**
 * The two loops that the gateway is compared with, as a process of its own so that its CPU is its
 * own: `node publish-loop.ts bulk|js <nats url> <messages> <body as JSON>`. Prints one line of JSON.
 */
const JS_PUBLISH_WINDOW = 256;
const TYPE = 'MESSAGE_CREATE';

const [, , mode = '', url = '', count = '', body = '{}'] = process.argv;
const messages = Number(count);
const data: unknown = JSON.parse(body);
const connection = await connect({ servers: url, noAsyncTraces: mode === 'bulk' });
// A tenth in advance, so that what is measured is compiled code.
await publishAll(Math.floor(messages / 10));
const cpuBefore = process.cpuUsage();
const startedAt = performance.now();
await publishAll(messages);
const seconds = (performance.now() - startedAt) / 1_000;
const cpu = process.cpuUsage(cpuBefore);
await connection.close();
const cpuMicros = (cpu.user + cpu.system) / messages;
process.stdout.write(`${JSON.stringify({ perSecond: messages / seconds, cpuMicros })}\n`);

async function publishAll(total: number): Promise<void> {
  await (mode === 'bulk' ? publishBulk(connection, total) : publishByJetStream(connection, total));
}

/** (a) The gateway's own publisher, fed by a loop instead of a socket. */
async function publishBulk(nats: NatsConnection, total: number): Promise<void> {
  let onRoom = () => {};
  const jetstream = nats.jetstream();
  const publisher = new Publisher({
    connection: nats,
    options: PUBLISHER_DEFAULTS,
    payloads: new PayloadBucket(jetstream, 1),
    findStored: createFindStored(jetstream),
    streamSequence: 0,
    metrics: registerPublishMetrics(new Registry(), () => 0),
    log: createLogger({ component: 'bench', level: 'warn', fd: 2 }),
    onRoom: () => onRoom(),
  });
  const sessionId = nuid.next();
  for (let sequence = 1; sequence <= total; sequence += 1) {
    if (publisher.full) await new Promise<void>((resolve) => (onRoom = resolve));
    publisher.publish(
      toPublication({
        type: TYPE,
        data,
        sequence,
        sessionId,
        shard: '0/1',
        receivedAtMs: Date.now(),
        epoch: undefined,
        traceparent: undefined,
        onStored: () => undefined,
      }),
    );
  }
  await publisher.flush(60_000);
  publisher.close();
}

/** (b) The client's own `js.publish`, as most bots would write it. */
async function publishByJetStream(nats: NatsConnection, total: number): Promise<void> {
  const jetstream = nats.jetstream();
  const sessionId = nuid.next();
  let pending = 0;
  let wake = () => {};
  for (let sequence = 1; sequence <= total; sequence += 1) {
    while (pending >= JS_PUBLISH_WINDOW) await new Promise<void>((resolve) => (wake = resolve));
    const headers = newHeaders();
    headers.set(EVENT_HEADERS.messageId, messageIdOf(sessionId, sequence));
    headers.set(EVENT_HEADERS.event, TYPE);
    headers.set(EVENT_HEADERS.shard, '0/1');
    headers.set(EVENT_HEADERS.sequence, String(sequence));
    headers.set(EVENT_HEADERS.receivedAt, String(Date.now()));
    pending += 1;
    void jetstream.publish(subjectOf(TYPE), JSON.stringify(data), { headers }).then(() => {
      pending -= 1;
      wake();
    });
  }
  while (pending > 0) await new Promise<void>((resolve) => (wake = resolve));
}
