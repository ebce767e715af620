/** A process that uses memory as it is told and is scraped, for the test that puts it into a cgroup. */
import { closeSync, openSync, readSync } from 'node:fs';

import { Registry } from 'prom-client';

import { registerContainerMemory } from '../../memory-metrics.ts';

export type Order =
  | { readonly do: 'hold'; readonly bytes: number }
  | { readonly do: 'read-file'; readonly path: string }
  | { readonly do: 'scrape' }
  | { readonly do: 'exhaust' };

const CHUNK_BYTES = 1024 * 1024;

const registry = new Registry();
registerContainerMemory(registry);
const held: Buffer[] = [];
const chunk = Buffer.alloc(CHUNK_BYTES);

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function obey(order: Order): Promise<void> {
  if (order.do === 'hold') hold(order.bytes);
  if (order.do === 'read-file') readThrough(order.path);
  // Until the kernel ends it.
  while (order.do === 'exhaust') hold(CHUNK_BYTES);
  process.send?.(order.do === 'scrape' ? await registry.metrics() : 'done');
}

/** Memory counts once it is written to. */
function hold(bytes: number): void {
  held.push(Buffer.alloc(bytes, 1));
}

function readThrough(path: string): void {
  const file = openSync(path, 'r');
  while (readSync(file, chunk) > 0);
  closeSync(file);
}
