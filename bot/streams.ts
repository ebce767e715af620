import { AckPolicy, DeliverPolicy, DiscardPolicy, RetentionPolicy, StorageType, nanos } from 'nats';
import type { ConsumerConfig, StreamConfig } from 'nats';

import { ADVISORIES_STREAM } from '../runtime/nats/consumer-advisory.ts';
import { EVENTS_STREAM, EVENTS_SUBJECT_PREFIX, subjectOf } from './events.ts';

/**
 * Every stream and durable consumer, declared once. `ensure-streams.ts` creates what is missing and
 * refuses to work with one that exists with settings that cannot serve.
 */

export const TASKS_STREAM = 'TASKS';
export const DEAD_STREAM = 'DISCORD_DEAD';

export const DEAD_SUBJECT_PREFIX = 'discord.dead.';
export const TASKS_SUBJECT = 'tasks.process';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const GIB = 1024 ** 3;

/** Within this time JetStream drops a message whose id it has seen. */
export const DUPLICATE_WINDOW_MS = 120 * SECOND_MS;

/** How long events, and the large bodies kept beside them, are there. */
export const EVENTS_MAX_AGE_MS = 24 * HOUR_MS;

export type StreamDefinition = Pick<
  StreamConfig,
  'name' | 'subjects' | 'storage' | 'retention' | 'discard' | 'max_age' | 'max_bytes' | 'duplicate_window'
>;

const FILE_LIMITS = {
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  duplicate_window: nanos(DUPLICATE_WINDOW_MS),
} as const;

export const STREAMS = [
  {
    ...FILE_LIMITS,
    name: EVENTS_STREAM,
    subjects: [`${EVENTS_SUBJECT_PREFIX}>`],
    max_age: nanos(EVENTS_MAX_AGE_MS),
    max_bytes: GIB,
  },
  {
    ...FILE_LIMITS,
    name: TASKS_STREAM,
    subjects: ['tasks.>'],
    max_age: nanos(24 * HOUR_MS),
    max_bytes: GIB / 4,
  },
  {
    ...FILE_LIMITS,
    name: DEAD_STREAM,
    subjects: [`${DEAD_SUBJECT_PREFIX}>`],
    max_age: nanos(14 * 24 * HOUR_MS),
    max_bytes: GIB,
  },
  {
    ...FILE_LIMITS,
    name: ADVISORIES_STREAM,
    subjects: [
      '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>',
      '$JS.EVENT.ADVISORY.CONSUMER.MSG_NAKED.>',
      '$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>',
    ],
    max_age: nanos(24 * HOUR_MS),
    max_bytes: GIB / 4,
  },
] as const satisfies readonly StreamDefinition[];

export type ConsumerDefinition = Readonly<
  Required<
    Pick<
      ConsumerConfig,
      'durable_name' | 'filter_subject' | 'max_deliver' | 'ack_wait' | 'max_ack_pending' | 'ack_policy'
    >
  > &
    Pick<ConsumerConfig, 'deliver_policy'> & { readonly stream: string }
>;

const PULL = { ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All } as const;

export const CONSUMERS = {
  'moderation-worker': {
    ...PULL,
    stream: EVENTS_STREAM,
    durable_name: 'moderation-worker',
    filter_subject: subjectOf('MESSAGE_CREATE'),
    max_deliver: 3,
    ack_wait: nanos(30 * SECOND_MS),
    max_ack_pending: 100,
  },
  'voice-tracker': {
    ...PULL,
    stream: EVENTS_STREAM,
    durable_name: 'voice-tracker',
    filter_subject: subjectOf('VOICE_STATE_UPDATE'),
    max_deliver: 5,
    ack_wait: nanos(10 * SECOND_MS),
    max_ack_pending: 50,
  },
  'interaction-responder': {
    ...PULL,
    stream: EVENTS_STREAM,
    durable_name: 'interaction-responder',
    filter_subject: subjectOf('INTERACTION_CREATE'),
    max_deliver: 3,
    ack_wait: nanos(5 * SECOND_MS),
    max_ack_pending: 100,
  },
  'task-worker': {
    ...PULL,
    stream: TASKS_STREAM,
    durable_name: 'task-worker',
    filter_subject: TASKS_SUBJECT,
    max_deliver: 5,
    ack_wait: nanos(60 * SECOND_MS),
    max_ack_pending: 100,
  },
} as const satisfies Record<string, ConsumerDefinition>;

export type ConsumerName = keyof typeof CONSUMERS;
export const CONSUMER_NAMES = Object.keys(CONSUMERS) as ConsumerName[];

/** Moves messages that no worker could finish, told of them by the captured advisories. */
export const MOVER_CONSUMER = {
  ...PULL,
  stream: ADVISORIES_STREAM,
  durable_name: 'dead-letter-mover',
  filter_subject: '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>',
  max_deliver: -1,
  ack_wait: nanos(30 * SECOND_MS),
  max_ack_pending: 100,
} as const satisfies ConsumerDefinition;
