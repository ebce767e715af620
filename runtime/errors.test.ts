import { expect, test } from 'vitest';

import { CodedError, codeOf, exitCodeOf, messageOf } from './errors.ts';

test('a coded error says what was expected and what came, and keeps its cause', () => {
  const cause = new Error('deep down');
  const error = new CodedError('TOO_BIG', 'It is too big', { expected: 'less', got: 'more', cause });
  expect(error).toMatchObject({ message: 'It is too big: expected less, got more', cause, exitCode: 1 });
  expect(codeOf(error)).toBe('TOO_BIG');
  expect(exitCodeOf(new CodedError('X', 'x', { exitCode: 2 }))).toBe(2);
  expect(exitCodeOf(new Error('x'))).toBe(1);
});

test('a message is never empty, and never the fields of what was thrown', () => {
  expect(messageOf(new AggregateError([new Error('first'), new Error('second')]))).toBe('first; second');
  expect(messageOf(new AggregateError([]))).toBe('AggregateError');
  expect(messageOf(Object.assign(new Error(''), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
  expect(messageOf(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))).toBe(
    'fetch failed: connect ECONNREFUSED',
  );
  expect(messageOf('words')).toBe('words');
  expect(messageOf(undefined)).toBe('undefined');
  expect(messageOf(null)).toBe('null');
  expect(messageOf({ message: 'words' })).toBe('words');
  expect(messageOf({ content: 'private' })).toBe('something that is no error was thrown (Object)');
  expect(messageOf(Object.create(null))).toBe('something that is no error was thrown (object)');
});

test('a code is text or a number, and nothing else', () => {
  expect(codeOf(Object.assign(new Error('x'), { code: 10_008 }))).toBe('10008');
  expect(codeOf({ code: undefined })).toBeUndefined();
  expect(codeOf({ code: {} })).toBeUndefined();
  expect(codeOf(null)).toBeUndefined();
});
