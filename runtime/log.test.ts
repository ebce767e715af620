import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DiscordAPIError } from '@discordjs/rest';
import { expect, onTestFinished, test } from 'vitest';

import { createLogger, flushLogger, redactionOf, type Logger } from './log.ts';

/** Logs into a file. @returns what was written, as text and as lines */
async function written(secrets: readonly string[], use: (log: Logger) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fd = openSync(join(folder, 'log'), 'w');
  const log = createLogger({ component: 'test', level: 'info', secrets, fd });
  use(log);
  expect(await flushLogger(log)).toBe(true);
  closeSync(fd);
  const text = readFileSync(join(folder, 'log'), 'utf8');
  const lines = text.split('\n').filter(Boolean);
  return { text, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a line is JSON with level, time, component and message', async () => {
  const { lines } = await written([], (log) => log.child({ shard: 3 }).warn({ code: 4004 }, 'shard closed'));
  expect(lines).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      component: 'test',
      shard: 3,
      code: 4004,
      msg: 'shard closed',
    },
  ]);
});

test('known secrets are blotted out wherever they stand, in any notation', async () => {
  const awkward = 'pass"word\\with/signs';
  const { text, lines } = await written(['the-bot-token', awkward, ''], (log) => {
    log.info({ header: 'Bot the-bot-token', nested: [{ deep: 'xthe-bot-tokenx' }] }, 'sent the-bot-token');
    log.info({ value: awkward, query: `?p=${encodeURIComponent(awkward)}` }, 'tried');
    log.error({ err: new Error('refused the-bot-token', { cause: new Error('because of the-bot-token') }) });
  });
  expect(lines).toHaveLength(3);
  expect(text).not.toContain('the-bot-token');
  expect(text).not.toContain('signs');
  expect(lines[0]).toMatchObject({ header: 'Bot [redacted]', msg: 'sent [redacted]' });
});

test('a short or numeric secret is blotted out where it stands alone, and the line stays readable', async () => {
  const { lines } = await written(['info', '1234', 'a'], (log) => {
    log.info(
      { port: 1234, password: '1234', number: '91234', url: '//user:a@host' },
      'a password is a secret',
    );
  });
  expect(lines[0]).toMatchObject({
    port: 1234,
    password: '[redacted]',
    number: '91234',
    url: '//user:[redacted]@host',
    msg: '[redacted] password is [redacted] secret',
  });
});

test('token, authorization and content are blotted out by name, down to the third level', async () => {
  const { text } = await written([], (log) => {
    const fields = { token: 'private', authorization: 'private', content: 'private' };
    log.info({ ...fields, one: { ...fields, two: fields } }, 'fields');
  });
  expect(text).not.toContain('private');
});

test('tokens of interactions and webhooks are blotted out of paths', async () => {
  const { lines } = await written([], (log) => {
    log.info({ url: 'https://discord.com/api/v10/interactions/123/aW50.ZXJh-Y3_Q/callback' }, 'called');
    log.info('PATCH /webhooks/123/aW50ZXJh/messages/@original');
  });
  expect(lines[0]?.['url']).toBe('https://discord.com/api/v10/interactions/123/[redacted]/callback');
  expect(lines[1]?.['msg']).toBe('PATCH /webhooks/123/[redacted]/messages/@original');
});

test('of an error of discord.js its request body, raw error and address are left out', async () => {
  const error = new DiscordAPIError(
    { code: 50_035, message: 'Invalid Form Body' },
    50_035,
    400,
    'POST',
    'https://discord.com/api/v10/channels/1/messages',
    { body: { content: 'what a user wrote' }, files: undefined },
  );
  const { text, lines } = await written([], (log) => {
    log.error({ err: new Error('outer', { cause: error }) }, 'failed');
  });
  expect(text).not.toContain('what a user wrote');
  expect(text).not.toContain('rawError');
  expect(lines[0]?.['err']).toMatchObject({
    type: 'Error',
    message: 'outer',
    cause: { message: 'Invalid Form Body', code: 50_035, status: 400, method: 'POST' },
  });
});

test('what a JSON parser quotes is not written', async () => {
  const { text } = await written([], (log) => {
    for (const content of ['what a user wrote', `{"content": ${'x'.repeat(40)} what a user wrote`]) {
      try {
        JSON.parse(content);
      } catch (error) {
        log.error({ err: error, reason: (error as Error).message }, 'malformed');
      }
    }
  });
  expect(text).toContain('Not valid JSON');
  expect(text).not.toMatch(/user|wrote|xxx/);
});

test('an error whose cause is itself, and a thrown text, can be logged', async () => {
  const error = new Error('round');
  error.cause = error;
  const { lines } = await written([], (log) => {
    log.error({ err: error });
    log.error({ err: 'words' });
    log.error({ err: new AggregateError([new Error('one'), new Error('two')]) });
  });
  expect(lines[1]?.['err']).toMatchObject({ message: 'words' });
  expect(lines[2]?.['err']).toMatchObject({ message: 'one; two', errors: [{}, {}] });
});

test('a child logger redacts the same for others', () => {
  const log = createLogger({ component: 'test', level: 'silent', secrets: ['the-bot-token'] });
  expect(redactionOf(log.child({ shard: 1 }))('with the-bot-token')).toBe('with [redacted]');
});

test.skipIf(!existsSync('/dev/full'))('a full disk costs lines, not the process', async () => {
  const fd = openSync('/dev/full', 'w');
  const log = createLogger({ component: 'test', level: 'info', fd });
  log.info('lost');
  expect(await flushLogger(log)).toBe(true);
  closeSync(fd);
});
