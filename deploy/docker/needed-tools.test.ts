import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { whyNoDocker } from './testing/docker-programs.ts';
import { whyNoServices } from './testing/needed-tools.ts';

test('where there is no Go, and nothing that it made earlier, the slow tests have a reason to be skipped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const said: string[] = [];
  const options = { log: (line: string) => said.push(line), env: { PATH: folder }, folder };
  const reason = await whyNoServices(['docker-compose'], options);
  expect(reason).toBe(
    whyNoDocker() ?? 'it needs nats-server-current, which Go would build, and there is no go',
  );
  expect(said).toEqual([]);
});
