import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { decimal, integer, integerOr, listOf, oneOf, readEnv, secret, text, url } from './env.ts';
import type { Environment, Variable } from './env.ts';
import type { CodedError } from './errors.ts';

type Spec = Record<string, Variable<unknown>>;

function faultOf(env: Environment, spec: Spec): CodedError {
  try {
    readEnv(env, spec);
  } catch (error) {
    return error as CodedError;
  }
  throw new Error('nothing was wrong');
}

function secretFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret');
  writeFileSync(path, content);
  return path;
}

test('every fault stands in one message: variable, what was expected, what came; status 2', () => {
  const error = faultOf(
    { PORT: 'http', RATIO: '1.5', LEVEL: 'loud', NAMES: 'a,c', ADDRESS: 'ftp://host', COUNT: 'many' },
    {
      PORT: integer({ min: 0, max: 65_535 }),
      RATIO: decimal({ min: 0, max: 1 }),
      LEVEL: oneOf(['info', 'debug']),
      NAMES: listOf(['a', 'b']),
      ADDRESS: url(['http:', 'https:']),
      COUNT: integerOr('auto', { min: 1, max: 9 }),
      NAME: text('a name'),
    },
  );
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 });
  expect(error.message).toBe(
    [
      '7 settings are wrong:',
      '  PORT: expected an integer from 0 to 65535, got "http"',
      '  RATIO: expected a number from 0 to 1, got "1.5"',
      '  LEVEL: expected one of info, debug, got "loud"',
      '  NAMES: expected a comma-separated list out of a, b, got "a,c"',
      '  ADDRESS: expected a URL that begins with http:// or https://, got "ftp://host"',
      '  COUNT: expected an integer from 1 to 9, or auto, got "many"',
      '  NAME: expected a name, got nothing',
    ].join('\n'),
  );
});

test('values are read, spaces and line ends around them are not part of them', () => {
  const values = readEnv(
    {
      PORT: ' 80\n',
      RATIO: '0.25',
      LEVEL: 'debug',
      NAMES: 'b, a',
      COUNT: 'auto',
      TOKEN: 'abc\n',
      ZERO: '-0',
    },
    {
      PORT: integer({ min: 0, max: 65_535 }),
      RATIO: decimal({ min: 0, max: 1 }),
      LEVEL: oneOf(['info', 'debug']),
      NAMES: listOf(['a', 'b']),
      COUNT: integerOr('auto', { min: 1, max: 9 }),
      TOKEN: secret('a token'),
      ZERO: integer({ min: 0, max: 1 }),
    },
  );
  expect(values).toEqual({
    PORT: 80,
    RATIO: 0.25,
    LEVEL: 'debug',
    NAMES: ['a', 'b'],
    COUNT: 'auto',
    TOKEN: 'abc',
    ZERO: 0,
  });
});

test.each(['1e3', '0x10', '1.0', '', ' ', '9999999999999999999999'])(
  '%j is no integer of its range',
  (raw) => {
    expect(faultOf({ PORT: raw }, { PORT: integer({ min: 0, max: 65_535 }) }).message).toContain('PORT');
  },
);

test('an empty variable counts as not set: its default holds', () => {
  expect(readEnv({ PORT: '' }, { PORT: integer({ min: 0, max: 9, default: 7 }) })).toEqual({ PORT: 7 });
});

test('a secret that is not as expected is not shown', () => {
  const spec = { TOKEN: secret('a token', { pattern: /^[a-z]+$/ }) };
  const { message } = faultOf({ TOKEN: 'Hush-Hush' }, spec);
  expect(message).toContain('TOKEN: expected a token, got 9 characters that are something else');
  expect(message).not.toContain('Hush');
  expect(faultOf({}, spec).message).toContain('(or TOKEN_FILE naming a file that holds it), got nothing');
});

test('a password within an address that is not as expected is not shown', () => {
  const spec = { ADDRESS: text('addresses', { pattern: /^[^@]+$/ }) };
  const { message } = faultOf({ ADDRESS: 'nats://bot:hush@host:4222,bot:hush2@other' }, spec);
  expect(message).toContain('got "nats://[redacted]@host:4222,[redacted]@other"');
});

test('a secret may come from a file, without its last line end', () => {
  const path = secretFile('from-a-file\n');
  expect(readEnv({ TOKEN_FILE: path }, { TOKEN: secret('a token') })).toEqual({ TOKEN: 'from-a-file' });
});

test('a file that is missing, empty or named beside the variable is a fault, even where a default is', () => {
  const spec = { TOKEN: secret('a token', { default: '' }) };
  expect(faultOf({ TOKEN_FILE: '/nowhere/token' }, spec).message).toContain(
    'TOKEN_FILE: expected a readable file, got ENOENT',
  );
  expect(faultOf({ TOKEN_FILE: secretFile('\n') }, spec).message).toContain('got an empty one');
  expect(faultOf({ TOKEN_FILE: secretFile('a'), TOKEN: 'b' }, spec).message).toContain(
    'TOKEN: expected either TOKEN or TOKEN_FILE, got both',
  );
});

test('only secrets are read from files', () => {
  expect(faultOf({ NAME_FILE: secretFile('a') }, { NAME: text('a name') }).message).toContain('got nothing');
});
