import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { CONSUMER_NAMES } from '../../streams.ts';
import type { Handler, Handlers } from '../handler.ts';
import { Permanent } from '../outcome-errors.ts';

/** What an event tells the test handler to do. */
export interface Order {
  /** work: take `workMs`, then note the id. The others never note it, `cured` once the cure is there. */
  readonly do: 'work' | 'throw' | 'permanent' | 'die' | 'cured' | 'hang';
  readonly id: string;
  readonly workMs?: number;
}

export const CURE_SUFFIX = '.cure';

/** One handler for all consumers. The file is written before it returns, and survives a kill. */
export function testHandlers(file: string): Handlers {
  const handler: Handler = async (event, { signal }) => {
    const order = event.data as Order;
    if (order.do === 'throw') throw new Error('this event cannot be handled');
    if (order.do === 'permanent') throw new Permanent('no attempt can help');
    if (order.do === 'die') process.kill(process.pid, 'SIGKILL');
    if (order.do === 'cured' && !existsSync(file + CURE_SUFFIX)) throw new Error('not cured yet');
    if (order.do === 'hang') await sleep(600_000, undefined, { signal });
    if (order.workMs) await sleep(order.workMs);
    appendFileSync(file, `${order.id}\n`);
  };
  const entries = CONSUMER_NAMES.map((name) => [name, handler] as const);
  return Object.fromEntries(entries) as Record<(typeof CONSUMER_NAMES)[number], Handler>;
}
