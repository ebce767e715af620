import { CodedError, EXIT_MISCONFIGURED } from '../../runtime/errors.ts';

/**
 * Of several processes that write one key of a replicated bucket at the same time, older servers may tell
 * more than one that it has won: 22 of 50 tries on 2.9.10 with three replicas, none with one.
 * @param version as the server tells it
 * @param safe the first version with which replicas may be used, as `major.minor.patch`
 * @throws {CodedError} NATS_TOO_OLD (exit status 2)
 */
export function refuseUnsafeReplicas(version: string, replicas: number, safe: string): void {
  if (replicas === 1 || !isBefore(version, safe)) return;
  throw new CodedError('NATS_TOO_OLD', 'Replicated key-value buckets of this NATS server are not safe', {
    expected: `nats-server ${safe} or later, or NATS_REPLICAS=1`,
    got: version,
    exitCode: EXIT_MISCONFIGURED,
  });
}

function isBefore(version: string, other: string): boolean {
  const [left, right] = [numbersOf(version), numbersOf(other)];
  for (const [index, wanted] of right.entries()) {
    const part = left[index] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}

function numbersOf(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10));
}
