import { crc32, deflateSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { compactPng, decodePng } from './png.ts';

/** Two pixels wide, one line for each of the five filters, with opacity. */
function filteredPng(): Buffer {
  const lines = [
    [0, 10, 20, 30, 255, 40, 50, 60, 255],
    [1, 10, 20, 30, 255, 30, 30, 30, 0],
    [2, 1, 1, 1, 0, 2, 2, 2, 0],
    [3, 5, 5, 5, 128, 5, 5, 5, 0],
    [4, 1, 2, 3, 0, 250, 251, 252, 0],
  ];
  const header = Buffer.from([0, 0, 0, 2, 0, 0, 0, 5, 8, 6, 0, 0, 0]);
  const chunks = [
    ['IHDR', header],
    ['IDAT', deflateSync(Buffer.from(lines.flat()))],
    ['IEND', Buffer.alloc(0)],
  ] as const;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    ...chunks.map(([type, data]) => {
      const body = Buffer.concat([Buffer.from(type), data]);
      const ends = Buffer.alloc(8);
      ends.writeUInt32BE(data.length, 0);
      ends.writeUInt32BE(crc32(body), 4);
      return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
    }),
  ]);
}

it('reads lines of every filter and writes the same picture without opacity', () => {
  const before = decodePng(filteredPng());
  expect([...(before.lines[1] ?? [])]).toEqual([10, 20, 30, 255, 40, 50, 60, 255]);
  expect([...(before.lines[2] ?? [])]).toEqual([11, 21, 31, 255, 42, 52, 62, 255]);
  // Half of what is above, then half of that and what is on the left.
  expect([...(before.lines[3] ?? [])]).toEqual([10, 15, 20, 255, 31, 38, 46, 255]);
  expect([...(before.lines[4] ?? [])]).toEqual([11, 17, 23, 255, 25, 33, 42, 255]);
  const after = decodePng(compactPng(filteredPng()));
  expect(after).toMatchObject({ width: 2, height: 5, channels: 3 });
  for (const [index, line] of after.lines.entries()) {
    const [r, g, b, , r2, g2, b2] = before.lines[index] ?? [];
    expect([...line]).toEqual([r, g, b, r2, g2, b2]);
  }
});
