import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { LocalProcess } from '../process.ts';
import { makeDemoFolder, removeAbandonedFolders } from './demo-folder.ts';

function parentFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'shardwatch-test-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

/** A process that has a demo's folder until it is killed. */
async function owner(parent: string, keep = false): Promise<{ process: LocalProcess; name: string }> {
  const module = join(import.meta.dirname, 'demo-folder.ts');
  const script = `import { makeDemoFolder } from ${JSON.stringify(module)};
    console.log((await makeDemoFolder(${JSON.stringify(parent)}, ${keep})).path);
    setInterval(() => undefined, 1_000);`;
  const process = new LocalProcess({
    name: 'owner',
    command: globalThis.process.execPath,
    args: ['--input-type=module-typescript', '-e', script],
  });
  onTestFinished(async () => process[Symbol.asyncDispose]());
  const path = await process.waitForLine((line) => (line.startsWith(parent) ? line : undefined));
  return { process, name: basename(path) };
}

test('the folder of a process that was killed is removed, that of one that lives or stands still is not', async () => {
  const parent = parentFolder();
  const killed = await owner(parent);
  const alive = await owner(parent);
  const stopped = await owner(parent);
  stopped.process.signal('SIGSTOP');
  await killed.process.stop('SIGKILL');
  expect(await removeAbandonedFolders(parent)).toEqual([join(parent, killed.name)]);
  expect(readdirSync(parent).toSorted()).toEqual([alive.name, stopped.name].toSorted());
  expect(await removeAbandonedFolders(parent)).toEqual([]);
});

test('what was to be kept is kept, as is what is no folder of a demo', async () => {
  const parent = parentFolder();
  const kept = await owner(parent, true);
  await kept.process.stop('SIGKILL');
  mkdirSync(join(parent, 'shardwatch-demo-other'));
  writeFileSync(join(parent, 'shardwatch-demo-file'), '');
  expect(await removeAbandonedFolders(parent)).toEqual([]);
  expect(readdirSync(parent).toSorted()).toEqual(
    ['shardwatch-demo-file', 'shardwatch-demo-other', kept.name].toSorted(),
  );
});

test('an end in order leaves nothing, or all of what is to be kept', async () => {
  const parent = parentFolder();
  await (await makeDemoFolder(parent, false)).end();
  expect(readdirSync(parent)).toEqual([]);
  const { path, end } = await makeDemoFolder(parent, true);
  await end();
  expect(readdirSync(parent)).toEqual([basename(path)]);
});

test('a path that is too long for a socket is a folder all the same', async () => {
  const parent = join(parentFolder(), 'x'.repeat(120));
  mkdirSync(parent);
  const { end } = await makeDemoFolder(parent, false);
  expect(await removeAbandonedFolders(parent)).toEqual([]);
  await end();
  expect(readdirSync(parent)).toEqual([]);
});
