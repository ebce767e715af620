import { spawnSync } from 'node:child_process';

import { Registry } from 'prom-client';
import { expect, test } from 'vitest';

import { ensureTool } from '../../deploy/local/tools/ensure-tool.ts';
import { registerContainerMemory } from './memory-metrics.ts';
import { CgroupTree } from './testing/cgroup-tree.ts';

test('promtool has nothing to say against the metrics, with all series and with none', async () => {
  const promtool = await ensureTool('promtool', { log: (line) => process.stderr.write(`${line}\n`) });
  using tree = new CgroupTree(['0::/'], ['/ /sys/fs/cgroup cgroup2']);
  tree.v2('sys/fs/cgroup', { usage: 1000, limit: '5000' });
  const registry = new Registry();
  registerContainerMemory(registry, tree);
  const full = await registry.metrics();
  tree.remove('sys');
  const empty = await registry.metrics();
  expect(full.split('\n').filter((line) => line.startsWith('bot_'))).toHaveLength(5);
  for (const input of [full, empty]) {
    const checked = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
    expect(`${checked.stdout}${checked.stderr}`).toBe('');
    expect(checked.status).toBe(0);
  }
});
