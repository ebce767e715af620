import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { unpackDebianPackages } from '../../deploy/local/tools/debian-package.ts';
import {
  makeMachine,
  PACKAGES,
  startMachine,
  whyNoMachine,
  type Machine,
} from './testing/virtual-machine.ts';

/**
 * Runs the integration test of the container's memory on a Linux with version 2 of cgroups, whatever this
 * machine has: an emulated one, with Debian's kernel. Fetches about 60 MB; a minute for each run.
 */
const TEST_FILE = 'exporters/memory/container-memory.integration.test.ts';
const RUN_DEADLINE_MS = 600_000;

const reason = whyNoMachine();
if (reason !== undefined) console.log(`skipped: version 2 in a virtual machine: ${reason}`);

let machine: Machine;
const folder = mkdtempSync(join(tmpdir(), 'shardwatch-machine-'));
beforeAll(async () => {
  if (reason !== undefined) return;
  machine = makeMachine(folder, await unpackDebianPackages(PACKAGES, folder), TEST_FILE);
}, RUN_DEADLINE_MS);
afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(reason !== undefined).for([
  ['lists', false],
  ['generations', true],
] as const)('version 2 on a real kernel that ages pages by %s', async ([, lruGen]) => {
  await using running = startMachine(machine, lruGen);
  const passed = await running.waitForLine(
    (line) => (/^\s*Tests {2}/.test(line) ? line.trim() : undefined),
    RUN_DEADLINE_MS,
  );
  await running.exited;
  console.log(running.output);
  expect(running.output).toContain('cgroups version 2 of Linux');
  expect(passed).toMatch(/^Tests {2}(\d+) passed \(\1\)$/);
});
