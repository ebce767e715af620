import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { LocalProcess } from '../../deploy/local/process.ts';
import { findTool } from '../../deploy/local/tools/find-tool.ts';
import { dashboardFiles } from './testing/dashboard-json.ts';

const EXCLUSIONS = join(import.meta.dirname, 'dashboard-linter.yaml');
/** A file that is not there counts as an empty one. */
const NO_EXCLUSIONS = join(import.meta.dirname, 'no-exclusions.yaml');
const linter = process.env['DASHBOARD_LINTER'] ?? onPath();

function onPath(): string | undefined {
  const { PATH = '' } = process.env;
  return findTool({ programs: ['dashboard-linter'], folders: [] }, PATH)[0];
}

if (linter === undefined) {
  console.warn(
    'SKIPPED dashboard-linter: it is neither on PATH nor named by DASHBOARD_LINTER. ' +
      'See https://github.com/grafana/dashboard-linter#install; its rules are held by lint.test.ts all the same.',
  );
}

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  await using process_ = new LocalProcess({ name: 'dashboard-linter', command: linter ?? '', args });
  const { code } = await process_.exited;
  return { code, output: process_.output };
}

describe.skipIf(linter === undefined)('dashboard-linter', () => {
  test.for(dashboardFiles())('finds nothing in $name.json but what is excluded', async ({ path }) => {
    const { code, output } = await run('lint', '--strict', '--config', EXCLUSIONS, path);
    expect(output).not.toMatch(/^\[[❌⚠]/m);
    expect({ code, output }).toMatchObject({ code: 0 });
  });

  test('would find something without the exclusions', async () => {
    const [first] = dashboardFiles();
    const { code } = await run('lint', '--strict', '--config', NO_EXCLUSIONS, first?.path ?? '');
    expect(code).toBe(1);
  });
});

test('every exclusion has a reason', () => {
  const { exclusions } = parse(readFileSync(EXCLUSIONS, 'utf8')) as {
    exclusions: Record<string, { reason?: string; entries?: { reason?: string }[] }>;
  };
  expect(Object.keys(exclusions).length).toBeGreaterThan(0);
  for (const [rule, { reason = '', entries = [] }] of Object.entries(exclusions)) {
    const reasons = entries.length > 0 ? entries.map((each) => each.reason ?? reason) : [reason];
    for (const each of reasons) expect(each.length, rule).toBeGreaterThan(20);
  }
});
