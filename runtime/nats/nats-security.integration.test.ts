import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Events } from 'nats';
import { afterAll, beforeAll, expect, test as anyTest } from 'vitest';

import { NatsServer } from '../../deploy/local/nats-server.ts';
import { findTool } from '../../deploy/local/tools/find-tool.ts';
import { readRuntimeConfig } from '../config.ts';
import { createLogger } from '../log.ts';
import { connectNats } from './connect-nats.ts';
import { makeCertificates, makeOperator } from '../testing/nats-identities.ts';

const log = createLogger({ component: 'test', level: 'silent' });
const [openssl] = findTool({ programs: ['openssl'], folders: [] }, process.env['PATH'] ?? '');
if (!openssl) console.warn('SKIPPED: no openssl on PATH, which makes the certificates');
const test = anyTest.skipIf(!openssl);
const operator = makeOperator();
let folder: string;
let server: NatsServer;

const file = (name: string) => join(folder, name);
const CREDENTIALS = 'bot.creds';

/** A server as a careful operator runs it: TLS with certificates on both sides, and users by JWT. */
beforeAll(async () => {
  if (!openssl) return;
  folder = mkdtempSync(join(tmpdir(), 'shardwatch-nats-tls-'));
  makeCertificates(openssl, folder, 'ours');
  makeCertificates(openssl, folder, 'other');
  writeFileSync(file(CREDENTIALS), operator.credentials());
  server = await NatsServer.start({
    config: [
      `tls { cert_file: "${file('ours-server.crt')}", key_file: "${file('ours-server.key')}"`,
      `  ca_file: "${file('ours-ca.crt')}", verify: true, timeout: 5 }`,
      operator.config,
    ].join('\n'),
  });
});
afterAll(async () => {
  if (!openssl) return;
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function variables(changes: Record<string, string> = {}): Record<string, string> {
  return {
    NATS_URL: `tls://127.0.0.1:${server.port}`,
    NATS_CREDS_FILE: file(CREDENTIALS),
    NATS_TLS_CA_FILE: file('ours-ca.crt'),
    NATS_TLS_CERT_FILE: file('ours-client.crt'),
    NATS_TLS_KEY_FILE: file('ours-client.key'),
    NATS_CONNECT_TIMEOUT_MS: '1500',
    ...changes,
  };
}

async function connectWith(changes: Record<string, string> = {}) {
  return connectNats(readRuntimeConfig(variables(changes)).nats, 'test', log);
}

test('certificates and credentials from files open a connection with JetStream', async () => {
  const connection = await connectWith();
  const manager = await connection.jetstreamManager();
  await manager.streams.add({ name: 'PROOF', subjects: ['proof'] });
  const { seq } = await connection.jetstream().publish('proof');
  expect(seq).toBe(1);
  expect(connection.info?.tls_required).toBe(true);
  await connection.close();
});

test.each([
  ['a CA that did not sign the server', { NATS_TLS_CA_FILE: 'other-ca.crt' }, 'unable to verify'],
  [
    'a certificate of another CA',
    { NATS_TLS_CERT_FILE: 'other-client.crt', NATS_TLS_KEY_FILE: 'other-client.key' },
    'NATS_URL',
  ],
])('%s makes no connection', async (_what, files, words) => {
  const changes = Object.fromEntries(Object.entries(files).map(([name, value]) => [name, file(value)]));
  await expect(connectWith(changes)).rejects.toMatchObject({
    code: 'NATS_UNREACHABLE',
    message: expect.stringContaining(words) as unknown,
  });
});

test('credentials of another operator are refused at once, as a misconfiguration', async () => {
  writeFileSync(file('other.creds'), makeOperator().credentials());
  await expect(connectWith({ NATS_CREDS_FILE: file('other.creds') })).rejects.toMatchObject({
    code: 'NATS_REFUSED',
    exitCode: 2,
  });
});

test('a certificate without its key, and a file that is not there, are misconfigurations', async () => {
  await expect(connectWith({ NATS_TLS_KEY_FILE: '' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('only NATS_TLS_CERT_FILE') as unknown,
  });
  for (const name of ['NATS_TLS_CA_FILE', 'NATS_TLS_CERT_FILE', 'NATS_TLS_KEY_FILE']) {
    await expect(connectWith({ [name]: '/nowhere' })).rejects.toMatchObject({
      code: 'NATS_FILE_UNREADABLE',
      message: expect.stringContaining(name) as unknown,
    });
  }
});

test('certificates and credentials that were replaced meanwhile serve the next reconnect', async () => {
  for (const name of ['ca.crt', 'client.crt', 'client.key'])
    cpSync(file(`ours-${name}`), file(`used-${name}`));
  cpSync(file(CREDENTIALS), file('used.creds'));
  const connection = await connectWith({
    NATS_CREDS_FILE: file('used.creds'),
    NATS_TLS_CA_FILE: file('used-ca.crt'),
    NATS_TLS_CERT_FILE: file('used-client.crt'),
    NATS_TLS_KEY_FILE: file('used-client.key'),
  });
  const reconnected = (async () => {
    for await (const { type } of connection.status()) if (type === Events.Reconnect) return;
  })();
  await server.stop();
  // The server comes back with certificates of another CA and users of another operator.
  const next = makeOperator();
  for (const name of ['ca.crt', 'client.crt', 'client.key'])
    cpSync(file(`other-${name}`), file(`used-${name}`));
  writeFileSync(file('used.creds'), next.credentials());
  writeFileSync(
    join(server.folder, 'nats.conf'),
    [
      `listen: "127.0.0.1:${server.port}"`,
      `tls { cert_file: "${file('other-server.crt')}", key_file: "${file('other-server.key')}"`,
      `  ca_file: "${file('other-ca.crt')}", verify: true, timeout: 5 }`,
      next.config,
    ].join('\n'),
  );
  await server.startAgain();
  await reconnected;
  await connection.flush();
  await connection.close();
});
