import {
  linksOf,
  nameOf,
  panelsOf,
  queryPanelsOf,
  variablesOf,
  type Dashboard,
  type Link,
  type Panel,
} from '../testing/dashboard-json.ts';
import { syntaxErrorIn } from '../testing/promql.ts';
import { shapeOf } from '../testing/series-shape.ts';
import { queriesOf, type LintContext, type LintRule } from './rule.ts';

const DASHBOARD = /\/d\/([\w-]+)(?:\/[\w-]*)?(?:\?(.*))?$/;
const RUNBOOK = /\/runbooks\/(\w+)\.md/;
const FILLED_BY_GRAFANA =
  /^__(url_time_range|all_variables|from|to|value\.(raw|text|numeric)|data\.fields[\w.[\]" ]*|series\.name|field\.name)$/;
const LABEL = /^__field\.labels\.(\w+)$/;
const PLACEHOLDER = /\$\{([^}:]+)(?::\w+)?\}|\$(\w+)/g;

/** Where a dashboard link leads: nowhere, or to what exists. Shared with the links of alerts. */
export function targetProblems(url: string, dashboards: readonly Dashboard[]): string[] {
  const [, uid, query = ''] = DASHBOARD.exec(url) ?? [];
  const target = dashboards.find((each) => each.uid === uid);
  if (!target) return [`no dashboard ${uid}`];
  const names = variablesOf(target).map(({ name }) => name);
  return query.split('&').flatMap((part) => {
    const [key = '', value = ''] = part.split('=', 2);
    if (key === 'viewPanel') {
      const exists = panelsOf(target).some(({ id }) => String(id) === value.replace(/^panel-/, ''));
      return exists ? [] : [`${uid} has no panel ${value}`];
    }
    const name = /^var-(.+)$/.exec(key)?.[1] ?? /^\$\{(\w+):queryparam\}$/.exec(part)?.[1];
    if (name !== undefined) return names.includes(name) ? [] : [`${uid} has no variable ${name}`];
    return part === '' || /^\$\{__\w+\}$|^(from|to|orgId|kiosk)$/.test(key) ? [] : [`what is "${part}"?`];
  });
}

export const links: LintRule = {
  name: 'links-lead-somewhere',
  problemsIn: (dashboard, context) => [
    ...(dashboard.links ?? []).flatMap((link) => ofLink(link, dashboard, context, 'dashboard link')),
    ...panelsOf(dashboard).flatMap((panel) =>
      linksOf(panel).flatMap((link) => ofLink(link, dashboard, context, nameOf(panel), panel)),
    ),
  ],
};

/** Every panel leads somewhere: at three in the morning a picture is not the end. */
export const clickable: LintRule = {
  name: 'overview-is-clickable',
  problemsIn: (dashboard) =>
    dashboard.uid !== 'shardwatch-overview'
      ? []
      : queryPanelsOf(dashboard)
          .filter((panel) => !linksOf(panel).some(({ url = '' }) => DASHBOARD.test(url)))
          .map((panel) => `${nameOf(panel)} leads nowhere`),
};

function ofLink(
  link: Link,
  dashboard: Dashboard,
  context: LintContext,
  where: string,
  panel?: Panel,
): string[] {
  const { title, type, url = '', tags = [] } = link;
  const name = `${where}, link "${title}"`;
  if (type === 'dashboards') {
    const reached = context.dashboards.filter((each) => tags.every((tag) => each.tags?.includes(tag)));
    return reached.length > 1 ? [] : [`${name} finds no other dashboard`];
  }
  const problems: string[] = [];
  const [, runbook] = RUNBOOK.exec(url) ?? [];
  if (DASHBOARD.test(url)) problems.push(...targetProblems(url, context.dashboards));
  else if (runbook !== undefined && !context.runbooks.has(runbook)) problems.push(`no runbook ${runbook}`);
  else if (!/^(https?:\/\/|\/)/.test(url)) problems.push(`"${url}" is no address`);
  return [...problems, ...placeholderProblems(url, dashboard, context, panel)].map(
    (problem) => `${name}: ${problem}`,
  );
}

function placeholderProblems(
  url: string,
  dashboard: Dashboard,
  { facts }: LintContext,
  panel?: Panel,
): string[] {
  const names = new Set(variablesOf(dashboard).map(({ name }) => name));
  const labels = new Set(
    queriesOf(dashboard)
      .filter((query) => query.panel === panel && syntaxErrorIn(query.expr) === undefined)
      .flatMap(({ expr }) => [...shapeOf(expr, facts.labelsOf).labels]),
  );
  return [...url.matchAll(PLACEHOLDER)].flatMap(([, braced, plain]) => {
    const name = braced ?? plain ?? '';
    const [, label] = LABEL.exec(name) ?? [];
    if (label !== undefined) return labels.has(label) ? [] : [`no series has the label ${label}`];
    return names.has(name) || FILLED_BY_GRAFANA.test(name) ? [] : [`nothing fills $${name}`];
  });
}
