import { DROP_KINDS } from '../protocol/connection.ts';
import { MALFORMED_KINDS, type Faults } from '../faults/faults.ts';
import { RATE_LIMIT_SCOPES, type RestFault } from '../rest/rest-faults.ts';
import { isRecord } from '../protocol/is-record.ts';
import {
  choice,
  flag,
  integerFrom,
  invalid,
  numberFrom,
  optional,
  readFields,
  shards,
  text,
  type Fields,
  type FieldValues,
} from './read-fields.ts';

/** How many connections or sessions were struck; undefined for faults that strike later. */
type Struck = number | undefined;

interface FaultAction {
  readonly run: (faults: Faults, body: unknown) => Promise<Struck>;
}

function action<F extends Fields>(
  fields: F,
  run: (faults: Faults, values: FieldValues<F>) => Struck | void | Promise<void>,
): FaultAction {
  return {
    run: async (faults, body) => (await run(faults, readFields(body, fields))) ?? undefined,
  };
}

const lasting = { shards: shards(), count: optional(integerFrom(1)) };

function countOf({ count }: { readonly count: number | undefined }): { count?: number } {
  return count === undefined ? {} : { count };
}

/** Each fault by its name in a request's body, with the fields that it takes. */
const ACTIONS: Readonly<Record<string, FaultAction>> = {
  slowAck: action({ ...lasting, delayMs: integerFrom(1) }, (faults, values) =>
    faults.slowAck(values.shards, values.delayMs, countOf(values)),
  ),
  noAck: action(lasting, (faults, values) => faults.noAck(values.shards, countOf(values))),
  deaf: action({ shards: shards() }, (faults, values) => faults.deaf(values.shards)),
  ignoreCloseFrame: action(lasting, (faults, values) =>
    faults.ignoreCloseFrame(values.shards, countOf(values)),
  ),
  unansweredIdentify: action(lasting, (faults, values) =>
    faults.unansweredIdentify(values.shards, countOf(values)),
  ),
  unansweredRequest: action(lasting, (faults, values) =>
    faults.unansweredRequest(values.shards, countOf(values)),
  ),
  unansweredResume: action(lasting, (faults, values) =>
    faults.unansweredResume(values.shards, countOf(values)),
  ),
  refuseResumeHost: action({ refused: flag() }, async (faults, values) =>
    faults.refuseResumeHost(values.refused),
  ),
  dropSocket: action({ shards: shards(), kind: choice(DROP_KINDS) }, (faults, values) =>
    faults.dropSocket(values.shards, values.kind),
  ),
  close: action({ shards: shards(), code: integerFrom(1_000, 4_999) }, (faults, values) =>
    faults.close(values.shards, values.code),
  ),
  reconnect: action({ shards: shards(), closeAfterMs: optional(integerFrom(0)) }, (faults, values) =>
    faults.reconnect(
      values.shards,
      values.closeAfterMs === undefined ? {} : { closeAfterMs: values.closeAfterMs },
    ),
  ),
  invalidSession: action({ shards: shards(), resumable: flag() }, (faults, values) =>
    faults.invalidSession(values.shards, values.resumable),
  ),
  requestHeartbeat: action({ shards: shards() }, (faults, values) => faults.requestHeartbeat(values.shards)),
  expireSession: action({ shards: shards() }, (faults, values) => faults.expireSession(values.shards)),
  overflowReplay: action({ shards: shards() }, (faults, values) => faults.overflowReplay(values.shards)),
  skipSequence: action({ shards: shards(), count: optional(integerFrom(1)) }, (faults, values) =>
    faults.skipSequence(values.shards, values.count),
  ),
  malformedDispatch: action({ shards: shards(), kind: choice(MALFORMED_KINDS) }, (faults, values) =>
    faults.malformedDispatch(values.shards, values.kind),
  ),
  slowRest: action({ delayMs: integerFrom(1) }, (faults, { delayMs }) => faults.slowRest(delayMs)),
  rest: action(
    {
      status: integerFrom(400, 599),
      count: optional(integerFrom(1)),
      route: optional(text('a route such as /channels/:id/messages')),
      retryAfter: optional(numberFrom(0)),
      global: optional(flag()),
      scope: optional(choice(RATE_LIMIT_SCOPES)),
    },
    (faults, values) => faults.rest(withoutUndefined(values) as unknown as RestFault),
  ),
};

/**
 * Injects the fault that `body.fault` names.
 * @throws {CodedError} CONTROL_INVALID or FAULT_INVALID
 */
export async function injectFault(faults: Faults, body: unknown): Promise<{ struck?: number }> {
  const names = Object.keys(ACTIONS).join(', ');
  if (!isRecord(body)) throw invalid(['the body must be a JSON object']);
  const { fault, ...fields } = body;
  const found = typeof fault === 'string' && Object.hasOwn(ACTIONS, fault) ? ACTIONS[fault] : undefined;
  if (!found) throw invalid([`fault: expected one of ${names}, got ${JSON.stringify(fault) ?? 'nothing'}`]);
  const struck = await found.run(faults, fields);
  return struck === undefined ? {} : { struck };
}

function withoutUndefined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
