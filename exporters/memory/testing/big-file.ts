import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Kept in memory for good: what is read from them is no page cache that could be dropped. Linux magic.h */
const IN_MEMORY = new Set([0x01021994, 0x858458f6]);
const CHUNK_BYTES = 1024 * 1024;

export interface BigFile extends Disposable {
  readonly path: string;
}

/** A file on a disk, nothing of which is in the page cache: who reads it pays. Undefined without a disk. */
export function makeBigFile(bytes: number): BigFile | undefined {
  const disk = [tmpdir(), '/var/tmp', import.meta.dirname].find(
    (each) => !IN_MEMORY.has(statfsSync(each).type),
  );
  if (disk === undefined) return undefined;
  const folder = mkdtempSync(join(disk, 'shardwatch-memory-'));
  const path = join(folder, 'big');
  const file = openSync(path, 'w');
  const chunk = Buffer.alloc(CHUNK_BYTES, 7);
  for (let written = 0; written < bytes; written += chunk.length) writeSync(file, chunk);
  closeSync(file);
  // Tells the kernel, after everything is on the disk, that nobody will need it.
  execFileSync('/bin/dd', [
    `of=${path}`,
    'oflag=nocache',
    'conv=notrunc,fdatasync',
    'count=0',
    'status=none',
  ]);
  return { path, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}
