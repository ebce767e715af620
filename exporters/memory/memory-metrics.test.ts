import { Registry } from 'prom-client';
import { expect, test } from 'vitest';

import { registerContainerMemory } from './memory-metrics.ts';
import { CgroupTree } from './testing/cgroup-tree.ts';

const POD = 'sys/fs/cgroup';
function pod() {
  return new CgroupTree(['0::/'], ['/ /sys/fs/cgroup cgroup2']);
}

function registryOf(tree: CgroupTree): Registry {
  const registry = new Registry();
  registerContainerMemory(registry, tree);
  return registry;
}

async function seriesOf(registry: Registry): Promise<string[]> {
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('every figure is a series, as exact as the kernel has it', async () => {
  using tree = pod();
  tree.v2(POD, { usage: 123_456_789, inactiveFile: 89, limit: '268435456', oomKills: 2 });
  tree.pressure(POD, 1_500_001, 7);
  expect(await seriesOf(registryOf(tree))).toEqual([
    'bot_container_memory_working_set_bytes 123456700',
    'bot_container_memory_limit_bytes 268435456',
    'bot_container_memory_oom_kills_total 2',
    'bot_container_memory_pressure_seconds_total{kind="some"} 1.500001',
    'bot_container_memory_pressure_seconds_total{kind="full"} 0.000007',
  ]);
});

test('each scrape reads anew, and what is gone has no series, never a zero', async () => {
  using tree = pod();
  tree.v2(POD, { usage: 1000, limit: '5000' });
  const registry = registryOf(tree);
  await registry.metrics();
  tree.v2(POD, { usage: 2000, limit: '4000', oomKills: 1 });
  expect(await seriesOf(registry)).toContain('bot_container_memory_working_set_bytes 2000');
  tree.remove(`${POD}/memory.stat`);
  tree.remove(`${POD}/memory.pressure`);
  expect(await seriesOf(registry)).toEqual([
    'bot_container_memory_limit_bytes 4000',
    'bot_container_memory_oom_kills_total 1',
  ]);
  tree.remove('sys');
  expect(await seriesOf(registry)).toEqual([]);
});
