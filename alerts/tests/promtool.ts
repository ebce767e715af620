import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringify } from 'yaml';

import type { TestedVersion } from '../../deploy/local/testing/tested-versions.ts';
import { ruleGroups } from '../rules/groups.ts';
import type { RuleGroup } from '../rules/rule.ts';
import type { Settings } from '../settings.ts';
import { promtoolFile } from './promtool-file.ts';
import type { RuleCase } from './rule-case.ts';

export interface Outcome {
  readonly passed: boolean;
  readonly output: string;
}

/** Plays the cases against the rules that the settings make. */
export async function playCases(
  promtool: TestedVersion,
  settings: Settings,
  cases: readonly RuleCase[],
): Promise<Outcome> {
  return playGroups(promtool, ruleGroups(settings), cases);
}

/** Plays the cases against those of the groups that have the alerts which they ask about. */
export async function playGroups(
  { binary }: TestedVersion,
  groups: readonly RuleGroup[],
  cases: readonly RuleCase[],
): Promise<Outcome> {
  using folder = temporaryFolder();
  const tests = join(folder.path, 'tests.yaml');
  const asked = groups.filter((group) => isAskedAbout(group, cases));
  writeFileSync(join(folder.path, 'rules.yaml'), stringify({ groups: asked }));
  writeFileSync(tests, promtoolFile('rules.yaml', cases));
  return await run(binary, ['test', 'rules', tests]);
}

export async function checkRules({ binary }: TestedVersion, text: string): Promise<Outcome> {
  using folder = temporaryFolder();
  const file = join(folder.path, 'rules.yaml');
  writeFileSync(file, text);
  return await run(binary, ['check', 'rules', '--lint=all', '--lint-fatal', file]);
}

/** Groups stand by themselves, and evaluating only some is several times faster. */
function isAskedAbout({ rules }: RuleGroup, cases: readonly RuleCase[]): boolean {
  const questions = cases.flatMap(({ expect = [], quiet = [], unbroken = [], wording = [] }) => [
    ...expect,
    ...quiet,
    ...unbroken,
    ...wording,
  ]);
  return questions.some(
    ({ alert }) => alert === undefined || rules.some((rule) => 'alert' in rule && rule.alert === alert),
  );
}

async function run(binary: string, args: readonly string[]): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  execFile(binary, args, { maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) =>
    resolve({ passed: error === null, output: `${error ? `${error.code}\n` : ''}${stdout}${stderr}` }),
  );
  return promise;
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'shardwatch-rules-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}
