import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { alertmanagerTemplate } from './generate/alertmanager-template.ts';
import { dashboardTemplates } from './generate/dashboard-templates.ts';
import { facts } from './generate/facts.ts';
import { ruleTemplate } from './generate/rule-template.ts';
import { valuesSchema } from './generate/schema.ts';
import { valuesFile } from './generate/values-file.ts';
import { readmeWithValues } from './generate/values-table.ts';

export interface ChartFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

const REPOSITORY = join(import.meta.dirname, '..', '..');
const CHART = 'deploy/helm/shardwatch';
const STACK = 'deploy/helm/shardwatch-stack';

/** Everything in the charts that is made of code or of other generated files. Writes nothing. */
export function chartFiles(): ChartFile[] {
  const values = valuesFile(read(`${CHART}/values.yaml`));
  return [
    { path: `${CHART}/files/rules.yaml`, text: ruleTemplate() },
    { path: `${CHART}/files/alertmanager.yaml`, text: alertmanagerTemplate() },
    { path: `${CHART}/files/facts.yaml`, text: facts() },
    ...dashboardTemplates().map(({ path, text }) => ({ path: `${CHART}/files/dashboards/${path}`, text })),
    { path: `${CHART}/values.yaml`, text: values },
    { path: `${CHART}/values.schema.json`, text: valuesSchema(values) },
    { path: `${CHART}/README.md`, text: readmeWithValues(read(`${CHART}/README.md`), values) },
    {
      path: `${STACK}/README.md`,
      text: readmeWithValues(read(`${STACK}/README.md`), read(`${STACK}/values.yaml`)),
    },
  ];
}

function read(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}
