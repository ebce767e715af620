import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';

import { BOT } from './select.ts';
import { placeVariable, titleOf } from './variables.ts';

/** Dashboards tell things apart by them already. */
const FAMILIAR: ReadonlySet<string> = new Set([BOT, 'job', 'instance']);

/**
 * Further labels that tell one bot from another, such as `cluster`: each stands wherever the namespace does, as it
 * does in the alert rules. The lint holds that the namespace stands everywhere, and in one form.
 */
export function tellApartBy(dashboard: Dashboard, labels: readonly string[]): Dashboard {
  const named = labels.filter((label) => !FAMILIAR.has(label));
  if (named.length === 0) return dashboard;
  const variables: VariableModel[] = named.map((label) => placeVariable(label).build());
  const withThem = mapTexts(dashboard, (text) => withLabels(text, named)) as Dashboard;
  const { templating, panels } = withThem;
  const [datasource, ...others] = templating.list ?? [];
  return {
    ...withThem,
    templating: { list: [...(datasource ? [datasource] : []), ...variables, ...others] },
    ...(panels && { panels: panels.map((panel) => withColumns(panel as Panel, named)) }),
  };
}

function withLabels(text: string, named: readonly string[]): string {
  const before = (write: (label: string) => string) => named.map(write).join('');
  return text
    .replaceAll(`${BOT}=~"$${BOT}"`, (matcher) => `${before((label) => `${label}=~"$${label}",`)}${matcher}`)
    .replaceAll(new RegExp(String.raw`\(${BOT}(?=[,)])`, 'g'), () => `(${[...named, BOT].join(', ')}`)
    .replaceAll(`{{${BOT}}}`, (name) => `${before((label) => `{{${label}}} `)}${name}`)
    .replaceAll(`\${${BOT}:queryparam}`, (same) => `${before((label) => `\${${label}:queryparam}&`)}${same}`)
    .replaceAll(
      new RegExp(String.raw`var-${BOT}=\$\{(__\w+\.\w+)\.${BOT}\}`, 'g'),
      (own, from: string) => `${before((label) => `var-${label}=\${${from}.${label}}&`)}${own}`,
    )
    .replace(
      new RegExp(String.raw`^(\w+(?:,\w+)*),${BOT}$`),
      (tags) => `${tags}${before((label) => `,${label}`)}`,
    );
}

type Names = Readonly<Record<string, unknown>>;

interface TableOptions {
  readonly include?: { readonly names: readonly string[] };
  readonly indexByName?: Names;
  readonly renameByName?: Names;
}

/** A column for each, before the namespace's. */
function withColumns(panel: Panel, named: readonly string[]): Panel {
  if (panel.type !== 'table' || !panel.transformations) return panel;
  const transformations = panel.transformations.map((transformation) => {
    const { include, indexByName, renameByName, ...rest } = transformation.options as TableOptions;
    const options = {
      ...rest,
      ...(include && { include: { names: [...named, ...include.names] } }),
      ...(indexByName && {
        indexByName: indexes(
          Object.keys(indexByName).flatMap((name) => (name === BOT ? [...named, name] : name)),
        ),
      }),
      ...(renameByName && { renameByName: { ...renameByName, ...titles(named) } }),
    };
    return { ...transformation, options };
  });
  return { ...panel, transformations };
}

function indexes(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, index) => [name, index]));
}

function titles(labels: readonly string[]): Record<string, string> {
  return Object.fromEntries(labels.map((label) => [label, titleOf(label)]));
}

/** The same structure with every text replaced. */
function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, mapTexts(child, map)]));
}
