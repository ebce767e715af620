import { messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { parseMessageId } from '../../events.ts';
import type { FindStored } from '../publish/find-stored.ts';
import type { Session } from './session.ts';

/**
 * What a session took with it. Only dispatches that reached some process of ours are counted; what
 * Discord would have sent after the last connection broke, nobody but Discord knows.
 */
export interface LostReport {
  readonly count: number;
  /** First and last sequence of those that are lost; undefined when there are none. */
  readonly first: number | undefined;
  readonly last: number | undefined;
}

/** @param findStored given where an earlier process may have stored more than it noted down */
export async function countLost(
  session: Session,
  findStored: FindStored | undefined,
  log: Logger,
): Promise<LostReport> {
  const untaken = session.untaken();
  const stored =
    findStored && untaken.length > 0
      ? await storedOf(session.id, session.streamSequence, findStored, log)
      : new Set<number>();
  const lost = untaken.filter((sequence) => !stored.has(sequence));
  return {
    count: lost.length,
    first: lost[0],
    last: lost.at(-1),
  };
}

async function storedOf(
  sessionId: string,
  behind: number,
  findStored: FindStored,
  log: Logger,
): Promise<Set<number>> {
  try {
    return (await storedSequences(findStored, behind, [sessionId])).get(sessionId) ?? new Set();
  } catch (error) {
    log.error({ reason: messageOf(error) }, 'could not look for stored events: counting all as lost');
    return new Set();
  }
}

/** Which dispatches of some sessions lie in the stream behind a position. */
export async function storedSequences(
  findStored: FindStored,
  behind: number,
  sessionIds: readonly string[],
): Promise<Map<string, Set<number>>> {
  const sequences = new Map(sessionIds.map((id) => [id, new Set<number>()]));
  const found = await findStored(behind, (messageId) => sequences.has(parseMessageId(messageId).sessionId));
  for (const messageId of found.keys()) {
    const { sessionId, sequence } = parseMessageId(messageId);
    sequences.get(sessionId)?.add(sequence);
  }
  return sequences;
}
