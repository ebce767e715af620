import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { CodedError, codeOf, messageOf } from '../../../runtime/errors.ts';
import type { Faults } from '../faults/faults.ts';
import type { DispatchEntry } from '../ledger/entries.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readBody } from '../rest/read-body.ts';
import type { SimulatorStatus } from '../status.ts';
import { TRAFFIC_KINDS } from '../traffic/mix.ts';
import type { EmitRequest, Traffic, TrafficSettings } from '../traffic/traffic.ts';
import { injectFault } from './fault-actions.ts';
import {
  anything,
  choice,
  integerFrom,
  invalid,
  numberFrom,
  optional,
  readFields,
  shardIds,
  text,
  weights,
} from './read-fields.ts';

const MAX_RATE = 1_000_000;
/** Lines that are written at once. */
const DUMP_BATCH = 1_000;

export const CONTROL_PREFIX = '/control/';

export interface ControlParts {
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly ledger: Ledger;
  readonly status: () => SimulatorStatus;
}

type Answer = (body: unknown) => unknown;

/** The simulator's own API: JSON in and out, for who cannot call it in the same process. */
export class ControlApi {
  readonly #ledger: Ledger;
  readonly #routes: Readonly<Record<string, Answer>>;

  constructor({ faults, traffic, ledger, status }: ControlParts) {
    this.#ledger = ledger;
    this.#routes = {
      'GET /control/status': () => ({ ...status(), faults: faults.list() }),
      'GET /control/ledger': () => ledger.counts(),
      'GET /control/faults': () => faults.list(),
      'POST /control/faults': async (body) => injectFault(faults, body),
      'DELETE /control/faults': async () => {
        await faults.clear();
        return faults.list();
      },
      'POST /control/traffic': (body) => {
        traffic.start(readTraffic(body));
        return traffic.status;
      },
      'POST /control/burst': (body) => {
        const { count, kind, guildId } = readFields(body, {
          count: integerFrom(1, MAX_RATE),
          kind: optional(choice(TRAFFIC_KINDS)),
          guildId: optional(text('the id of a guild')),
        });
        traffic.burst(count, kind, guildId);
        return traffic.status;
      },
      'POST /control/emit': (body) => ({ deliveries: traffic.emit(readEmit(body)) }),
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    const name = `${request.method} ${path}`;
    if (name === 'GET /control/ledger/dispatches') {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      await pipeline(Readable.from(dispatchLines(this.#ledger.dispatches())), response);
      return;
    }
    const answer = this.#routes[name];
    if (!answer) {
      const known = [...Object.keys(this.#routes), 'GET /control/ledger/dispatches'];
      send(response, 404, { error: `No ${name}`, known });
      return;
    }
    try {
      const body = await readJson(request);
      send(response, 200, await answer(body));
    } catch (error) {
      const status = error instanceof CodedError ? 400 : 500;
      send(response, status, { error: messageOf(error), code: codeOf(error) });
    }
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request);
  if (body === '') return {};
  try {
    return JSON.parse(body);
  } catch (error) {
    throw invalid([`the body must be JSON: ${messageOf(error)}`]);
  }
}

function readTraffic(body: unknown): TrafficSettings {
  const { eventsPerSecond, mix, quietShards, payloadBytes, blockedRatio } = readFields(body, {
    eventsPerSecond: numberFrom(0, MAX_RATE),
    mix: optional(weights(TRAFFIC_KINDS)),
    quietShards: optional(shardIds()),
    payloadBytes: optional(integerFrom(0)),
    blockedRatio: optional(numberFrom(0, 1)),
  });
  return {
    eventsPerSecond,
    ...(mix && { mix }),
    ...(quietShards && { quietShards }),
    ...(payloadBytes !== undefined && { payloadBytes }),
    ...(blockedRatio !== undefined && { blockedRatio }),
  };
}

function readEmit(body: unknown): EmitRequest {
  const { shardId, guildId, type, data } = readFields(body, {
    shardId: optional(integerFrom(0)),
    guildId: optional(text('the id of a guild')),
    type: text('a dispatch type such as MESSAGE_CREATE'),
    data: anything(),
  });
  return {
    type,
    data,
    ...(shardId !== undefined && { shardId }),
    ...(guildId !== undefined && { guildId }),
  };
}

function* dispatchLines(dispatches: Iterable<DispatchEntry>): Generator<string> {
  let lines = '';
  let count = 0;
  for (const { sessionId, sequence, ...entry } of dispatches) {
    lines += `${JSON.stringify({ id: `${sessionId}:${sequence}`, sequence, ...entry })}\n`;
    count += 1;
    if (count % DUMP_BATCH > 0) continue;
    yield lines;
    lines = '';
  }
  if (lines) yield lines;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
