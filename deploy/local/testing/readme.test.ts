import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { GATEWAY_VARIABLES } from '../../../bot/gateway/config.ts';
import { SIMULATOR_VARIABLES } from '../../../bot/simulator/config.ts';
import { CONSUMER_NAMES } from '../../../bot/streams.ts';
import { WORKER_VARIABLES } from '../../../bot/worker/config.ts';
import { EXPORTER_VARIABLES } from '../../../exporters/config.ts';
import { RUNTIME_VARIABLES } from '../../../runtime/config.ts';
import type { Variable } from '../../../runtime/env.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

type Variables = Readonly<Record<string, Variable<unknown>>>;

const shared = new Set(Object.keys(RUNTIME_VARIABLES));
const withoutShared = (variables: Variables): Variables =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !shared.has(name)));

const SECTIONS: readonly (readonly [string, Variables])[] = [
  ['Every process', RUNTIME_VARIABLES],
  ['Gateway', withoutShared(GATEWAY_VARIABLES)],
  ['Worker', withoutShared(WORKER_VARIABLES)],
  ['JetStream exporter', withoutShared(EXPORTER_VARIABLES)],
  ['Simulator', SIMULATOR_VARIABLES],
];

function section(title: string): string {
  const [, after = ''] = readme.split(`\n### ${title}\n`);
  return after.split(/\n#{2,3} /, 1)[0] ?? '';
}

/** Name -> [default, meaning] */
function rowsOf(text: string): Map<string, readonly [string, string]> {
  const rows = text.matchAll(/^\| `([A-Z_0-9]+)` *\|(.*?)\|(.*)\|$/gm);
  return new Map(
    [...rows].map(([, name = '', fallback = '', meaning = '']) => [name, [fallback.trim(), meaning]]),
  );
}

function shownDefault({ fallback }: Variable<unknown>): string {
  if (!fallback) return 'must be set';
  if (fallback.value === '') return '';
  return fallback.value === CONSUMER_NAMES ? 'all' : `\`${String(fallback.value)}\``;
}

describe.for(SECTIONS)('README, %s', ([title, variables]) => {
  const rows = rowsOf(section(title));

  test('names exactly the variables that the process reads', () => {
    expect([...rows.keys()].toSorted()).toEqual(Object.keys(variables).toSorted());
  });

  test('tells their defaults and which are secret', () => {
    for (const [name, variable] of Object.entries(variables)) {
      const [fallback, meaning] = rows.get(name) ?? [];
      expect(`${name} ${fallback}`).toBe(`${name} ${shownDefault(variable)}`);
      expect(`${name} ${meaning?.includes('**secret**')}`).toBe(`${name} ${variable.secret}`);
    }
  });
});

test('README names commands that there are, and all but the housekeeping ones', () => {
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const named = new Set([...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name));
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
  for (const name of ['demo', 'check', 'dlq', 'build']) expect([...named]).toContain(name);
});

test('README names folders and files that there are', async () => {
  const paths = [...readme.matchAll(/`((?:bot|runtime|exporters|deploy)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );
  expect(paths.length).toBeGreaterThan(10);
  for (const path of paths) expect(() => readFileSync(join(REPOSITORY, path))).not.toThrow(/ENOENT/);
});

test('README explains error codes that there are', () => {
  const [, troubles = ''] = readme.split('## When something is wrong');
  const codes = [...troubles.matchAll(/`([A-Z]+_[A-Z_]+)`/g)].map(([, code = '']) => code);
  const files = globSync('{runtime,exporters,bot,deploy}/**/*.ts', { cwd: REPOSITORY });
  const sources = files.map((file) => readFileSync(join(REPOSITORY, file), 'utf8')).join('\n');
  const variables = SECTIONS.flatMap(([, known]) => Object.keys(known));
  const unknown = codes.filter((code) => !variables.includes(code) && !sources.includes(`'${code}'`));
  expect(codes.length).toBeGreaterThan(10);
  expect(unknown).toEqual([]);
});
