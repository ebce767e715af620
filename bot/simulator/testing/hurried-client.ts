import { WebSocket } from 'ws';

import { INTENTS } from './raw-client.ts';

/**
 * A process that identifies shards and counts what comes without looking into it, so that the
 * simulator's CPU can be told from its client's: `hurried-client.ts <gateway URL> <token> <shards>`.
 * It writes its count as a line whenever it is asked by a line.
 */
const [gatewayUrl = '', token = '', shards = '1'] = process.argv.slice(2);
let dispatches = 0;
let ready = 0;

for (let shard = 0; shard < Number(shards); shard += 1) {
  const socket = new WebSocket(`${gatewayUrl}/?v=10&encoding=json`);
  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    if (text.startsWith('{"t":"READY"')) ready += 1;
    if (text.startsWith('{"t":"')) dispatches += 1;
    if (!text.includes('"op":10')) return;
    const d = { token, intents: INTENTS, shard: [shard, Number(shards)], properties: {} };
    socket.send(JSON.stringify({ op: 2, d }));
  });
}

process.stdin.on('data', () => process.stdout.write(`${ready} ${dispatches}\n`));
process.stdin.on('end', () => process.exit(0));
