import { NatsError } from 'nats';

/** JetStream's error codes: https://github.com/nats-io/nats-server/blob/main/server/errors.json */
export const JETSTREAM_ERRORS = {
  consumerNotFound: 10_014,
  messageNotFound: 10_037,
  streamNameInUse: 10_058,
  streamNotFound: 10_059,
  subjectsOverlap: 10_065,
  /** A key exists, or has another revision. */
  wrongLastSequence: 10_071,
  replicasNeedACluster: 10_074,
} as const;

/** The code of an error that JetStream answered; undefined for every other error. */
export function jetStreamErrorOf(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}

/** Nobody answered, or whoever did has no leader: what JetStream refuses has a code of its own. */
export function isJetStreamAway(error: unknown): boolean {
  return error instanceof NatsError && jetStreamErrorOf(error) === undefined;
}
