import { connect } from 'nats';
import { expect, test } from 'vitest';

import { NatsServer } from './nats-server.ts';

test('a stopped server comes back on the same port with its streams', async () => {
  await using server = await NatsServer.start();
  const before = await connect({ servers: server.url });
  const manager = await before.jetstreamManager();
  await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
  await before.close();
  await server.stop();
  await server.startAgain();
  const after = await connect({ servers: server.url });
  const info = await (await after.jetstreamManager()).streams.info('KEPT');
  expect(info.config.subjects).toEqual(['kept']);
  await after.close();
});
