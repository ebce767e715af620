import { describe, expect, it } from 'vitest';

import type { VariableJson } from '../dashboard-json.ts';
import { CannedSource } from '../testing/canned-source.ts';
import { resolveVariables } from './variables.ts';

const NAMESPACE: VariableJson = {
  name: 'namespace',
  type: 'query',
  definition: 'label_values(build_info, namespace)',
  multi: true,
  includeAll: true,
  allValue: '.*',
  sort: 1,
  current: { value: '$__all' },
};
const SHARD: VariableJson = {
  name: 'shard',
  type: 'query',
  definition: 'label_values(up{namespace=~"$namespace"}, shard)',
  multi: true,
  includeAll: true,
  sort: 3,
  current: { value: ['$__all'] },
};

function context(source: CannedSource, chosen: Readonly<Record<string, string>> = {}) {
  return { source, from: 0, to: 3_600, scrapeSeconds: 15, chosen };
}

describe('resolveVariables', () => {
  it('asks with what the variables before stand for, and sorts numbers as numbers', async () => {
    const source = new CannedSource();
    source.labels.set('build_info -> namespace', ['b', 'a']);
    source.labels.set('up{namespace=~".*"} -> shard', ['10', '9', '1']);
    const [namespace, shard] = await resolveVariables([NAMESPACE, SHARD], context(source));
    expect(namespace).toMatchObject({ values: ['a', 'b'], allValue: '.*', text: 'All' });
    expect(shard).toMatchObject({ values: ['1', '9', '10'], text: 'All', multi: true });
    expect(shard?.allValue).toBeUndefined();
  });

  it('takes the values that were chosen', async () => {
    const source = new CannedSource();
    source.labels.set('build_info -> namespace', ['a']);
    source.labels.set('up{namespace=~"a"} -> shard', ['1']);
    const [namespace, shard] = await resolveVariables(
      [NAMESPACE, SHARD],
      context(source, { namespace: 'a', shard: '3,4' }),
    );
    expect(namespace?.allValue).toBeUndefined();
    expect(shard).toMatchObject({ values: ['3', '4'], text: '3 + 4' });
  });

  it('refuses a chosen variable that the dashboard does not have', async () => {
    await expect(resolveVariables([SHARD], context(new CannedSource(), { shrad: '3' }))).rejects.toThrow(
      'there is no variable "shrad" (there are shard)',
    );
  });

  it('keeps what matches the expression of the variable', async () => {
    const source = new CannedSource();
    source.labels.set('m -> pod', ['bot-0', 'bot-1', 'other']);
    const json = { name: 'pod', type: 'query', definition: 'label_values(m, pod)', regex: '/bot-(\\d+)/' };
    const [pod] = await resolveVariables([json], context(source));
    expect(pod?.values).toEqual(['0']);
  });

  it('refuses a query that it does not know', async () => {
    const json = { name: 'x', type: 'query', definition: 'metrics(a.*)' };
    await expect(resolveVariables([json], context(new CannedSource()))).rejects.toThrow('metrics(a.*)');
  });
});
