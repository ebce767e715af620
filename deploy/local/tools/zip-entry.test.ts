import { deflateRawSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { zipEntry } from './zip-entry.ts';

/** As zip writes them: each file with its local header, then the directory, then its end. */
function zip(
  files: Readonly<Record<string, { readonly content: string; readonly packed: boolean }>>,
): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, { content, packed }] of Object.entries(files)) {
    const data = packed ? deflateRawSync(Buffer.from(content)) : Buffer.from(content);
    const local = Buffer.alloc(30 + name.length + 4);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28);
    local.write(name, 30);
    const entry = Buffer.alloc(46 + name.length + 8);
    entry.writeUInt32LE(0x02014b50);
    entry.writeUInt16LE(packed ? 8 : 0, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt16LE(8, 30);
    entry.writeUInt32LE(offset, 42);
    entry.write(name, 46);
    locals.push(local, data);
    directory.push(entry);
    offset += local.length + data.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

const archive = zip({
  'helm/': { content: '', packed: false },
  'helm/helm': { content: 'a program '.repeat(100), packed: true },
  'kubectl/kubectl': { content: 'another', packed: false },
});

test('a file comes out as it was put in, packed or not', () => {
  expect(zipEntry(archive, 'helm/helm').toString()).toBe('a program '.repeat(100));
  expect(zipEntry(archive, 'kubectl/kubectl').toString()).toBe('another');
});

test('what is not in it, and what is no archive, is refused by name', () => {
  expect(() => zipEntry(archive, 'helm/tiller')).toThrow('the zip archive holds no helm/tiller');
  expect(() => zipEntry(Buffer.from('not a zip archive'), 'helm/helm')).toThrow('expected a zip archive');
});
