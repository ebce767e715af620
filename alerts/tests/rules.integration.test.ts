import { describe, expect, test } from 'vitest';

import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';
import { ruleFile } from '../rules/rule-file.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { ALL_CASES } from './all-cases.ts';
import { checkRules, playCases } from './promtool.ts';

const tools = await testedVersions('promtool');

describe.concurrent.for(tools)('promtool $version', (promtool) => {
  test('the rules load, and no lint complains', async () => {
    const { output } = await checkRules(promtool, ruleFile(DEFAULT_SETTINGS));
    expect(output).toMatch(/SUCCESS: \d+ rules found/);
  });

  test.for(ALL_CASES)('%s', async ([, cases], { expect }) => {
    const { output, passed } = await playCases(promtool, DEFAULT_SETTINGS, cases);
    expect(passed, output).toBe(true);
  });
});
