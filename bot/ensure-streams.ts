import { millis, type ConsumerInfo, type JetStreamManager, type StreamInfo } from 'nats';

import { JETSTREAM_ERRORS, jetStreamErrorOf } from '../runtime/nats/jetstream-error.ts';
import { CodedError, EXIT_MISCONFIGURED, messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log.ts';
import {
  consumerDifferences,
  streamDifferences,
  tunedSettings,
  type Difference,
} from './stream-differences.ts';
import type { ConsumerDefinition, StreamDefinition } from './streams.ts';

export interface EnsureOptions {
  /** For streams that are created now; one that exists keeps what it has. */
  readonly replicas: number;
}

/**
 * Creates the streams that are missing. Any number of processes may do so at once: the server takes
 * the same declaration twice. Limits that an operator tuned stay, and are logged.
 * @throws {CodedError} STREAM_MISMATCH when one exists that cannot serve, STREAM_CREATE_FAILED when
 * the server refuses; both name the stream and the way out.
 */
export async function ensureStreams(
  manager: JetStreamManager,
  definitions: readonly StreamDefinition[],
  { replicas }: EnsureOptions,
  log: Logger,
): Promise<void> {
  for (const definition of definitions) {
    const expected = { ...definition, subjects: [...definition.subjects], num_replicas: replicas };
    const existing = await findStream(manager, expected.name);
    const info = existing ?? (await createStream(manager, expected));
    if (!existing) log.info({ stream: expected.name, replicas: info.config.num_replicas }, 'stream created');
    judge(`Stream ${expected.name}`, streamDifferences(expected, info.config), log);
  }
}

/** Undefined when there is no such stream. */
export async function findStream(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (jetStreamErrorOf(error) === JETSTREAM_ERRORS.streamNotFound) return undefined;
    throw error;
  }
}

async function createStream(
  manager: JetStreamManager,
  expected: StreamDefinition & { readonly num_replicas: number },
): Promise<StreamInfo> {
  try {
    return await manager.streams.add({ ...expected });
  } catch (error) {
    // Somebody else was first, with other settings: whether they serve is judged as for any other.
    if (jetStreamErrorOf(error) === JETSTREAM_ERRORS.streamNameInUse)
      return manager.streams.info(expected.name);
    const way = await wayOut(manager, error, expected);
    throw new CodedError('STREAM_CREATE_FAILED', `Cannot create stream ${expected.name}`, {
      expected: way.expected,
      got: messageOf(error),
      cause: error,
      ...(way.misconfigured ? { exitCode: EXIT_MISCONFIGURED } : {}),
    });
  }
}

async function wayOut(manager: JetStreamManager, error: unknown, definition: StreamDefinition) {
  const code = jetStreamErrorOf(error);
  if (code === JETSTREAM_ERRORS.replicasNeedACluster) {
    return { expected: 'NATS_REPLICAS=1 on a single server, 3 on a cluster', misconfigured: true };
  }
  if (code === JETSTREAM_ERRORS.subjectsOverlap) {
    const owner = await ownerOf(manager, definition.subjects);
    const expected = `no other stream with the subjects ${definition.subjects.join(', ')}; ${owner} has some of them`;
    return { expected, misconfigured: true };
  }
  const expected = `JetStream to take a stream of up to ${definition.max_bytes} bytes`;
  return { expected, misconfigured: false };
}

async function ownerOf(manager: JetStreamManager, subjects: readonly string[]): Promise<string> {
  for (const subject of subjects) {
    const names = await manager.streams.names(subject).next();
    if (names.length > 0) return names.join(', ');
  }
  return 'another stream';
}

/** Kept in the consumer's description, so that the next release knows what this one declared. */
const DECLARED = 'declared by shardwatch: ';

/**
 * Creates the durable consumer, or brings it to what this release declares. Who wins when a live
 * setting (max_deliver, ack_wait, max_ack_pending) differs depends on who changed it. The description
 * tells: it keeps what was declared last. A release that declares something new applies it; a live
 * value that an operator set by hand, perhaps in the middle of an incident, is not reverted by the
 * next worker that starts (it is logged). Workers act on the live values, never on the declared ones.
 * @throws {CodedError} STREAM_MISMATCH when one exists that cannot serve
 */
export async function ensureConsumer(
  manager: JetStreamManager,
  definition: ConsumerDefinition,
  log: Logger,
): Promise<ConsumerInfo> {
  const { stream, ...config } = definition;
  const name = config.durable_name;
  const description = describe(definition);
  const existing = await findConsumer(manager, stream, name);
  if (!existing) {
    const created = await manager.consumers.add(stream, { ...config, description });
    log.info({ stream, consumer: name }, 'consumer created');
    return created;
  }
  const differences = consumerDifferences(definition, existing.config);
  const before = existing.config.description;
  const releaseChanged = before?.startsWith(DECLARED) === true && before !== description;
  const cannotServe = differences.some(({ fix }) => fix !== undefined);
  if (!releaseChanged || cannotServe) {
    judge(`Consumer ${name} of ${stream}`, differences, log);
    return existing;
  }
  const { max_deliver, ack_wait, max_ack_pending } = definition;
  const changed = tunedSettings(definition, existing.config);
  await manager.consumers.update(stream, name, { description, max_deliver, ack_wait, max_ack_pending });
  log.info({ stream, consumer: name, changed, before }, 'consumer updated to what this release declares');
  return manager.consumers.info(stream, name);
}

function describe({ max_deliver, ack_wait, max_ack_pending }: ConsumerDefinition): string {
  return `${DECLARED}max_deliver=${max_deliver} ack_wait=${millis(ack_wait)}ms max_ack_pending=${max_ack_pending}`;
}

async function findConsumer(
  manager: JetStreamManager,
  stream: string,
  name: string,
): Promise<ConsumerInfo | undefined> {
  try {
    return await manager.consumers.info(stream, name);
  } catch (error) {
    if (jetStreamErrorOf(error) === JETSTREAM_ERRORS.consumerNotFound) return undefined;
    throw error;
  }
}

function judge(what: string, differences: readonly Difference[], log: Logger): void {
  const wrong = differences.find(({ fix }) => fix !== undefined);
  if (wrong) {
    throw new CodedError('STREAM_MISMATCH', `${what} exists but cannot serve. ${wrong.setting}`, {
      expected: wrong.expected,
      got: `${wrong.got}. To fix it: ${wrong.fix}`,
      exitCode: EXIT_MISCONFIGURED,
    });
  }
  for (const { setting, expected, got } of differences) {
    log.info({ what, setting, declared: expected, live: got }, 'live setting differs and is kept');
  }
}
