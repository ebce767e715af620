import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { ensureTool, type Source } from './ensure-tool.ts';
import { findTool } from './find-tool.ts';
import { TOOLS } from './tool-table.ts';
import { isOlder, versionIn, versionOfModule } from './tool-version.ts';

let root: string;
let lines: string[];
const log = (line: string) => lines.push(line);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'shardwatch-tools-'));
  lines = [];
});
afterEach(() => rmSync(root, { recursive: true }));

/** An executable in `<root>/<folder>` that answers `--version` as nats-server does. */
function program(folder: string, version: string, name = 'nats-server', mode = 0o755): string {
  const file = join(root, folder, name);
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(file, `#!/bin/sh\necho 'nats-server: v${version}'\n`);
  chmodSync(file, mode);
  return file;
}

function pathOf(...folders: string[]): string {
  return folders.map((folder) => join(root, folder)).join(delimiter);
}

/** Without the machine's own sbin, where a real one may stand. */
async function ensure(env: Record<string, string>, sources: Source[] = []) {
  return ensureTool('nats-server', { log, env, folder: join(root, '.tools'), sources, tool: NO_SBIN });
}
const NO_SBIN = { ...TOOLS['nats-server'], folders: [] };

function fetching(version: string): Source {
  return {
    describe: () => 'fetching it',
    get: async () => program('fetched', version),
  };
}

test('the variable wins over PATH', async () => {
  program('bin', '2.10.0');
  const given = program('given', '2.12.0');
  expect(await ensure({ NATS_SERVER: given, PATH: pathOf('bin') })).toBe(given);
});

test('a variable that names no program, or one that is too old, is refused by its name', async () => {
  const missing = ensure({ NATS_SERVER: '/nowhere/nats-server' });
  await expect(missing).rejects.toMatchObject({ code: 'TOOL_UNUSABLE', exitCode: 2 });
  await expect(missing).rejects.toThrow('NATS_SERVER: expected the path of nats-server 2.9.4 or newer');
  await expect(ensure({ NATS_SERVER: program('old', '2.7.4') })).rejects.toThrow(
    'is 2.7.4, older than 2.9.4',
  );
  await expect(ensure({ NATS_SERVER: root })).rejects.toThrow('is no executable file');
});

test('the first on PATH that is new enough is taken, and nothing is fetched', async () => {
  program('old', '2.7.4');
  program('locked', '2.12.0', 'nats-server', 0o644);
  const good = program('good', '2.9.4');
  program('later', '2.12.0');
  expect(await ensure({ PATH: pathOf('old', 'locked', 'good', 'later') }, [fetching('2.12.0')])).toBe(good);
  expect(lines).toEqual([]);
});

test('what was fetched earlier is found in .tools', async () => {
  const kept = program('.tools/bin', '2.12.0');
  expect(await ensure({ PATH: pathOf('empty') }, [fetching('2.12.0')])).toBe(kept);
});

test('a source that fails or brings an old version makes way for the next', async () => {
  const failing: Source = {
    describe: () => 'asking apt-get',
    get: () => Promise.reject(new Error('no network')),
  };
  const closed: Source = {
    describe: () => undefined,
    get: () => Promise.reject(new Error('not to be asked')),
  };
  const found = await ensure({ PATH: '' }, [closed, failing, fetching('2.7.4'), fetching('2.12.15')]);
  expect(found).toBe(join(root, 'fetched', 'nats-server'));
  expect(lines).toEqual([
    'nats-server: not found; asking apt-get ...',
    'nats-server: asking apt-get: no network; fetching it ...',
    `nats-server: ${found} is 2.7.4, older than 2.9.4; fetching it ...`,
    `nats-server: ${found}`,
  ]);
});

test('when no way is open the message names what was tried and how to get it', async () => {
  program('old', '2.7.4');
  const error = ensure({ PATH: pathOf('old') });
  await expect(error).rejects.toMatchObject({ code: 'TOOL_MISSING', exitCode: 2 });
  await expect(error).rejects.toThrow('is 2.7.4, older than 2.9.4');
  for (const way of ['apt-get install nats-server', 'brew install nats-server', 'NATS_SERVER to its path'])
    await expect(error).rejects.toThrow(way);
});

test('of several versioned folders the newest comes first', () => {
  for (const version of ['9.6', '15', '17'])
    program(`usr/lib/postgresql/${version}/bin`, `${version}.0`, 'postgres');
  const found = findTool(TOOLS.postgres, '', root).map((file) => file.split('/').at(-3));
  expect(found).toEqual(['17', '15', '9.6']);
});

test('versions are read from what the tools print, and compared by number', () => {
  expect(versionIn('nats-server: v2.9.10')).toBe('2.9.10');
  expect(versionIn('prometheus, version 2.42.0+ds (branch: debian/sid)')).toBe('2.42.0');
  expect(versionIn('postgres (PostgreSQL) 15.14 (Debian)')).toBe('15.14');
  expect(
    versionIn('prometheus, version  (branch: , revision: unknown)\n  go version: go1.26.8'),
  ).toBeUndefined();
  expect(isOlder('2.9.10', '2.9.4')).toBe(false);
  expect(isOlder('2.9', '2.9.4')).toBe(true);
  expect(isOlder('13.0', '13')).toBe(false);
});

test('of a program that does not tell its version, it is that of the module it was built from', () => {
  const lines = [
    '/opt/keda-operator: go1.26.8',
    '\tpath\tgithub.com/kedacore/keda/v2/cmd/operator',
    '\tmod\tgithub.com/kedacore/keda/v2\tv2.20.0\th1:nPKQ=',
    '\tdep\tcel.dev/expr\tv0.24.0\th1:56Ov=',
  ];
  const output = lines.join('\n');
  expect(versionOfModule(output, 'github.com/kedacore/keda/v2')).toBe('v2.20.0');
  expect(versionOfModule(output, 'cel.dev/expr')).toBe('v0.24.0');
  expect(versionOfModule(output, 'github.com/kedacore/keda')).toBeUndefined();
});
