import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { LocalProcess } from '../../deploy/local/process.ts';
import { dashboardFiles } from './testing/dashboard-json.ts';
import type { PlainDashboard } from './testing/plain-dashboard.ts';
import { plant, type Fault } from './testing/plant.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const TYPES = join(import.meta.dirname, 'testing', 'plain-dashboard.ts');
const files = dashboardFiles();
const overview = files.find(({ name }) => name === 'overview')?.dashboard as unknown as PlainDashboard;
const drawn = overview.panels.findIndex(({ type }) => type === 'timeseries');

/** What the schema must not take. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'a misspelt property': { refreshInterval: '30s' },
  'a text for a number': { schemaVersion: '42' },
  'no schema version': { schemaVersion: undefined },
  'a tooltip mode that is none': { graphTooltip: 7 },
  'a panel of no known type': { [`panels.${drawn}.type`]: 'timeserie' },
  'a place without a width': { [`panels.${drawn}.gridPos.w`]: undefined },
  'an option of another panel': { [`panels.${drawn}.options.colorMode`]: 'background' },
  'a way to draw that is none': { [`panels.${drawn}.fieldConfig.defaults.custom.drawStyle`]: 'curve' },
  'thresholds of no mode': { [`panels.${drawn}.fieldConfig.defaults.thresholds.mode`]: 'relative' },
  'a query of no known property': { [`panels.${drawn}.targets.0.query`]: 'up' },
  'a variable of no known type': { 'templating.list.0.type': 'choice' },
};

let folder: string;
let output: string;

/** The compiler holds each file, as a literal, against the types that Grafana's schema is generated into. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shardwatch-schema-'));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
  copyFileSync(TYPES, join(folder, 'plain-dashboard.ts'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const write = (name: string, dashboard: unknown) =>
    writeFileSync(
      join(folder, `${name}.ts`),
      `import type { PlainDashboard } from './plain-dashboard.ts';\nexport const dashboard: PlainDashboard = ${JSON.stringify(dashboard, null, 1)};\n`,
    );
  for (const { name, dashboard } of files) write(name, dashboard);
  for (const [index, fault] of Object.values(FAULTS).entries())
    write(`fault-${index}`, plant(overview, fault));
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: 'nodenext',
    target: 'es2024',
    types: [],
  };
  const config = { compilerOptions: { ...options, allowImportingTsExtensions: true }, include: ['*.ts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  await using compiler = new LocalProcess({
    name: 'tsc',
    command: process.execPath,
    args: [join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', folder, '--pretty', 'false'],
    env: { PATH: process.env['PATH'] },
    cwd: folder,
  });
  await compiler.exited;
  output = compiler.output;
});
afterAll(() => rmSync(folder, { recursive: true }));

function errorsIn(name: string): string[] {
  return output.split('\n').filter((line) => line.startsWith(`${name}.ts(`));
}

test.for(files.map(({ name }) => name))("%s is of Grafana's schema", (name) => {
  expect(errorsIn(name)).toEqual([]);
});

test.for([...Object.keys(FAULTS).entries()])('fault %i is noticed: %s', ([index]) => {
  expect(errorsIn(`fault-${index}`)).not.toEqual([]);
});

test('only of those the compiler complains', () => {
  const named = new Set([...output.matchAll(/^(\S+?)\.(?:d\.)?ts\(/gm)].map(([, name]) => name));
  expect(named).toEqual(new Set(Object.keys(FAULTS).map((_, index) => `fault-${index}`)));
});
