import { styleText } from 'node:util';

import { expect, test } from 'vitest';

import { clock, renderLine, renderStatus, type Paint } from './render-status.ts';
import { goodReading } from './testing/readings.ts';

const plain: Paint = (_, text) => text;
const colours: Paint = (style, text) => styleText(style, text, { validateStream: false });
const heading = {
  title: 'shardwatch',
  folder: '/tmp/x/logs',
  forMs: 60_000,
  notes: ['12:00:00  gateway-0 ended'],
};

test('the status shows rates, states, lag, addresses, the logs and what happened', () => {
  const text = renderStatus(goodReading(), heading, plain).join('\n');
  expect(text).toMatch(/events\/s +500 +500 +370 +7/);
  expect(text).toMatch(/in total +30,000 +30,000 +22,200 +440/);
  expect(text).toContain('0 ready  1 ready');
  expect(text).toMatch(/moderation-worker +0 +370 +22,200 +0/);
  expect(text).toContain('http://127.0.0.1:20003/metrics');
  expect(text).toMatch(/nats-server +nats:\/\/127.0.0.1:20000/);
  for (const part of ['01:01 of 01:00', '/tmp/x/logs', '12:00:00  gateway-0 ended', 'dead letters 0'])
    expect(text).toContain(part);
});

test('what nobody could say is shown as such', () => {
  const reading = goodReading({ deadLetters: undefined });
  const silent = {
    ...reading,
    gateways: [{ name: 'gateway-0', shards: new Map() }],
    consumers: [{ ...reading.consumers[0]!, lag: undefined }],
  };
  const text = renderStatus(silent, heading, plain).join('\n');
  expect(text).toMatch(/gateway-0 +no answer/);
  expect(text).toMatch(/moderation-worker +\?/);
  expect(text).toContain('dead letters ?');
});

test('trouble is painted, calm is not', () => {
  const calm = renderStatus(goodReading(), heading, colours).join('\n');
  expect(calm).toContain('    lost 0    ');
  const trouble = renderStatus(goodReading({ lost: 7 }), heading, colours).join('\n');
  expect(trouble).toContain(styleText('red', 'lost 7', { validateStream: false }));
});

test('no line is wider than 80 columns with large numbers', () => {
  const large = goodReading({ taken: 1e9, stored: 1e9, handled: 1e9, restRequests: 1e9 });
  const eight = new Map(Array.from({ length: 4 }, (_, id) => [id + 100, 'ready'] as const));
  const lines = renderStatus({ ...large, gateways: [{ name: 'gateway-0', shards: eight }] }, heading, plain);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('one line says the same for a log', () => {
  expect(renderLine(goodReading())).toBe(
    '01:01  shards ready 2/2  received 500/s  stored 500/s  handled 370/s  lag 0  dead 0  lost 0  restarts 0',
  );
});

test('the clock shows hours only when there are some', () => {
  expect([0, 59_999, 3_599_000, 3_600_000].map(clock)).toEqual(['00:00', '00:59', '59:59', '01:00:00']);
});
