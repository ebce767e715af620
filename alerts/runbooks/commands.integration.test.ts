import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect, millis, nanos } from 'nats';
import { expect, test } from 'vitest';

import { ensureConsumer, ensureStreams } from '../../bot/ensure-streams.ts';
import { CONSUMERS, STREAMS } from '../../bot/streams.ts';
import { NatsServer } from '../../deploy/local/nats-server.ts';
import { LocalProcess } from '../../deploy/local/process.ts';
import { createLogger } from '../../runtime/log.ts';
import { runbookNames } from './runbook-files.ts';
import { parseRunbook } from './testing/parsed-runbook.ts';
import { REPOSITORY } from './testing/sources.ts';

const blocks = runbookNames().flatMap((name) =>
  parseRunbook(name).code.map((code) => ({ ...code, runbook: name })),
);
const shell = blocks.filter(({ language }) => language === 'sh');
const log = createLogger({ component: 'test', level: 'silent' });

test('blocks are queries, shell or JavaScript, and bash can read those for it', () => {
  expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['promql', 'sh', 'js']));
  for (const { text, runbook } of shell) {
    expect(
      () => execFileSync('bash', ['-n'], { input: text, stdio: 'pipe' }),
      `${runbook}: ${text}`,
    ).not.toThrow();
  }
});

test('q asks Prometheus and prints a series a line', async () => {
  let asked = '';
  const server = createServer((request, response) => {
    asked = new URL(request.url ?? '', 'http://x').searchParams.get('query') ?? '';
    response.end(
      '{"data":{"result":[{"metric":{"shard":"1"},"value":[1,"2"]},{"metric":{"shard":"7"},"value":[1,"3"]}]}}',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const [setup] = shell;
  const { port } = server.address() as AddressInfo;
  const script = `${setup?.text}\nPROM=http://127.0.0.1:${port}\nq 'up{job="gateway"} == 0'`;
  const bash = new LocalProcess({
    name: 'bash',
    command: 'bash',
    args: ['-c', script],
    env: { PATH: process.env['PATH'] },
  });
  const { code } = await bash.exited;
  server.close();
  expect(code, bash.output).toBe(0);
  expect(asked).toBe('up{job="gateway"} == 0');
  expect(bash.output.match(/^\{"metric":\{"shard":"\d"\}/gm)).toEqual([
    '{"metric":{"shard":"1"}',
    '{"metric":{"shard":"7"}',
  ]);
});

test('scripts change the consumers and streams that their runbooks say, and workers leave it so', async () => {
  await using server = await NatsServer.start();
  const connection = await connect({ servers: server.url });
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-runbook-'));
  try {
    const manager = await connection.jetstreamManager();
    await ensureStreams(manager, STREAMS, { replicas: 1 }, log);
    const consumer = CONSUMERS['moderation-worker'];
    await ensureConsumer(manager, consumer, log);
    const scripts = blocks.filter(({ language }) => language === 'js');
    expect(scripts).toHaveLength(3);
    for (const { text } of scripts) {
      const file = join(folder, 'script.js');
      writeFileSync(file, text);
      execFileSync('bash', ['-c', `"${process.execPath}" --input-type=module - < "${file}"`], {
        cwd: REPOSITORY,
        env: { NATS_URL: server.url },
      });
    }
    await ensureStreams(manager, STREAMS, { replicas: 1 }, log);
    await ensureConsumer(manager, consumer, log);
    const { config: stream } = await manager.streams.info(consumer.stream);
    expect(stream.max_bytes).toBe(4 * 1024 ** 3);
    expect(stream.max_age).toBe(nanos(48 * 3_600_000));
    const { config } = await manager.consumers.info(consumer.stream, consumer.durable_name);
    expect(config.max_ack_pending).toBe(400);
    expect(millis(config.ack_wait ?? 0)).toBe(60_000);
    expect(config.max_deliver).toBe(consumer.max_deliver);
  } finally {
    await connection.close();
    rmSync(folder, { recursive: true });
  }
});
