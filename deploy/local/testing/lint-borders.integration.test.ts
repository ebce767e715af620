import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { LocalProcess } from '../process.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');

/** A file -> what it imports -> whether the linter must refuse that. */
const IMPORTS = [
  ['runtime/a.ts', '../exporters/x.ts', true],
  ['runtime/b.ts', '../bot/x.ts', true],
  ['runtime/telemetry/c.ts', '../../deploy/x.ts', true],
  ['runtime/d.ts', './errors.ts', false],
  ['exporters/a.ts', '../bot/x.ts', true],
  ['exporters/shards/b.ts', '../../deploy/x.ts', true],
  ['exporters/c.ts', '../runtime/x.ts', false],
  ['bot/a.ts', '../deploy/local/x.ts', true],
  ['bot/gateway/b.ts', '../../alerts/x.ts', true],
  ['bot/worker/c.ts', '../../dashboards/x.ts', true],
  ['bot/gateway/d.ts', '../../exporters/x.ts', false],
  ['bot/simulator/a.ts', '../gateway/x.ts', true],
  ['bot/simulator/rest/b.ts', '../../worker/x.ts', true],
  ['bot/simulator/c.ts', '../../runtime/x.ts', false],
  ['alerts/a.ts', '../runtime/x.ts', true],
  ['alerts/rules/b.ts', '../../bot/x.ts', true],
  ['alerts/runbooks/c.ts', '../thresholds.ts', false],
  ['alerts/gameday/d.ts', '../../bot/x.ts', false],
  ['alerts/tests/e.ts', '../../deploy/local/x.ts', false],
  ['dashboards/a.ts', '../alerts/thresholds.ts', false],
  ['dashboards/b.ts', '../alerts/settings.ts', true],
  ['dashboards/c.ts', '../exporters/x.ts', true],
  ['bot/gateway/x.test.ts', '../../deploy/local/x.ts', false],
] as const;

let folder: string;
let refused: Set<string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shardwatch-borders-'));
  cpSync(join(REPOSITORY, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  for (const [file, imported] of IMPORTS) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `import { x } from '${imported}';\n\nexport const y = x;\n`);
  }
  const oxlint = new LocalProcess({
    name: 'oxlint',
    command: process.execPath,
    args: [join(REPOSITORY, 'node_modules', 'oxlint', 'bin', 'oxlint'), '--format', 'unix'],
    env: { PATH: process.env['PATH'] },
    cwd: folder,
  });
  await oxlint.exited;
  const lines = oxlint.output.split('\n').filter((line) => line.includes('no-restricted-imports'));
  refused = new Set(lines.map((line) => line.split(':', 1)[0] ?? ''));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.for(IMPORTS)('%s importing %s: refused is %s', ([file, , isRefused]) => {
  expect(refused.has(file)).toBe(isRefused);
});
