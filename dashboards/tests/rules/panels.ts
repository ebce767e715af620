import {
  annotationsOf,
  nameOf,
  panelsOf,
  queryPanelsOf,
  variablesOf,
  type Dashboard,
  type DatasourceRef,
  type Panel,
} from '../testing/dashboard-json.ts';
import type { LintRule } from './rule.ts';

/** Shorter says no more than the title. */
const LEAST_DESCRIPTION = 80;
const LEAST_DASHBOARD_DESCRIPTION = 50;
const MOST_OVERVIEW_PANELS = 12;
const COLUMNS = 24;
/** Of Grafana 11, the oldest that is supported. */
const LEAST_SCHEMA = 39;
const MOST_SCHEMA = 42;

export const introduced: LintRule = {
  name: 'title-and-description',
  problemsIn: (dashboard) =>
    panelsOf(dashboard).flatMap((panel) => {
      const { title = '', description = '' } = panel;
      return [
        ...(title.trim() === '' ? [`panel ${panel.id} has no title`] : []),
        ...(description.trim().length < LEAST_DESCRIPTION
          ? [`${nameOf(panel)} says too little of itself`]
          : []),
        ...['Normal', 'Otherwise']
          .filter((word) => !description.includes(`**${word}:**`))
          .map((word) => `${nameOf(panel)} does not say "${word}"`),
      ];
    }),
};

export const units: LintRule = {
  name: 'unit',
  problemsIn: (dashboard) =>
    queryPanelsOf(dashboard)
      .filter((panel) => !unitsOf(panel).some((unit) => unit !== ''))
      .map((panel) => `${nameOf(panel)} has no unit`),
};

function unitsOf({ fieldConfig }: Panel): string[] {
  const overridden = (fieldConfig?.overrides ?? []).flatMap(({ properties }) => properties);
  return [
    fieldConfig?.defaults?.unit ?? '',
    ...overridden.flatMap(({ id, value }) => (id === 'unit' ? String(value) : [])),
  ];
}

export const targets: LintRule = {
  name: 'targets',
  problemsIn: (dashboard) =>
    queryPanelsOf(dashboard).flatMap((panel) => {
      const ids = (panel.targets ?? []).map(({ refId }) => refId);
      if (ids.length === 0) return [`${nameOf(panel)} asks for nothing`];
      return new Set(ids).size === ids.length ? [] : [`${nameOf(panel)} has two targets of one refId`];
    }),
};

export const datasources: LintRule = {
  name: 'datasource',
  problemsIn: (dashboard) => {
    const variable = variablesOf(dashboard).find(({ type }) => type === 'datasource');
    if (!variable) return ['no datasource variable'];
    const isOurs = (ref: DatasourceRef | null | undefined) => ref?.uid === `\${${variable.name}}`;
    const used: (readonly [string, DatasourceRef | null | undefined])[] = [
      ...queryPanelsOf(dashboard).flatMap((panel) => [
        [nameOf(panel), panel.datasource] as const,
        ...(panel.targets ?? []).map(
          (target) => [`${nameOf(panel)} ${target.refId}`, target.datasource ?? panel.datasource] as const,
        ),
      ]),
      ...variablesOf(dashboard)
        .filter(({ type }) => type === 'query')
        .map(({ name, datasource }) => [`variable ${name}`, datasource] as const),
      ...annotationsOf(dashboard)
        .filter(({ builtIn }) => builtIn !== 1)
        .map(({ name, datasource }) => [`annotation "${name}"`, datasource] as const),
    ];
    return used
      .filter(([, ref]) => !isOurs(ref))
      .map(([where, ref]) => `${where} asks ${JSON.stringify(ref)}`);
  },
};

export const provisioned: LintRule = {
  name: 'provisioned-without-inputs',
  problemsIn: (dashboard) => {
    const text = JSON.stringify(dashboard);
    return [
      ...['__inputs', '__requires', '__elements'].filter((key) => Object.hasOwn(dashboard, key)),
      ...(text.match(/\$\{DS_\w+\}/g) ?? []),
      ...(dashboard.id === undefined || dashboard.id === null ? [] : ['an id of one Grafana']),
    ];
  },
};

export const identity: LintRule = {
  name: 'identity',
  problemsIn: (dashboard, { dashboards }) => {
    const {
      uid = '',
      title,
      description = '',
      tags = [],
      editable,
      refresh,
      timezone,
      schemaVersion = 0,
      time,
    } = dashboard;
    const same = dashboards.filter((each) => each.uid === uid || each.title === title);
    return [
      ...(/^shardwatch-[a-z]+$/.test(uid) ? [] : [`uid "${uid}"`]),
      ...(same.length === 1 ? [] : ['another one has this uid or title']),
      ...(description.length < LEAST_DASHBOARD_DESCRIPTION ? ['says too little of itself'] : []),
      ...(tags.includes('shardwatch') ? [] : ['tag shardwatch is missing']),
      ...(editable === false ? [] : ['is editable']),
      ...(/^\d+[sm]$/.test(refresh ?? '') ? [] : [`refresh "${refresh}"`]),
      ...(['browser', 'utc'].includes(timezone ?? '') ? [] : [`time zone "${timezone}"`]),
      ...(schemaVersion >= LEAST_SCHEMA && schemaVersion <= MOST_SCHEMA
        ? []
        : [`schemaVersion ${schemaVersion}`]),
      ...(time?.to === 'now' && /^now-\d+[mhd]$/.test(time.from) ? [] : ['no range of time']),
    ];
  },
};

export const panelIds: LintRule = {
  name: 'panel-ids',
  problemsIn: ({ panels = [] }) => {
    const ids = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).map(({ id }) => id);
    return ids.flatMap((id, index) => {
      if (id === undefined || !Number.isInteger(id) || id < 1) return [`id ${id}`];
      return ids.indexOf(id) === index ? [] : [`id ${id} twice`];
    });
  },
};

export const overviewFits: LintRule = {
  name: 'overview-fits',
  problemsIn: (dashboard) => {
    const { length } = panelsOf(dashboard);
    const tooMany = dashboard.uid === 'shardwatch-overview' && length > MOST_OVERVIEW_PANELS;
    return tooMany ? [`${length} panels`] : [];
  },
};

export const layout: LintRule = {
  name: 'layout',
  problemsIn: ({ panels = [] }) => {
    // A collapsed row keeps its panels' places for when it is opened.
    const groups = [panels, ...panels.flatMap(({ panels: inner }) => (inner?.length ? [inner] : []))];
    return groups.flatMap((group) => gridProblems(group));
  },
};

function gridProblems(panels: readonly Panel[]): string[] {
  const cells = new Map<string, string>();
  const problems: string[] = [];
  let [top, bottom] = [Infinity, 0];
  for (const panel of panels) {
    const { x, y, w, h } = panel.gridPos ?? { x: 0, y: 0, w: 0, h: 0 };
    if (w < 1 || h < 1 || x < 0 || y < 0 || x + w > COLUMNS)
      problems.push(`${nameOf(panel)} is outside of the grid`);
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + h)];
    for (let row = y; row < y + h; row += 1) {
      for (let column = x; column < x + w; column += 1) {
        const other = cells.get(`${column},${row}`);
        if (other !== undefined) problems.push(`${nameOf(panel)} lies on ${other}`);
        cells.set(`${column},${row}`, nameOf(panel));
      }
    }
  }
  const holes = Array.from({ length: Math.max(0, bottom - top) }, (_, index) => top + index).filter((row) =>
    Array.from({ length: COLUMNS }, (_, column) => cells.has(`${column},${row}`)).includes(false),
  );
  return [...new Set(problems), ...(holes.length > 0 ? [`holes in rows ${holes.join(', ')}`] : [])];
}

/** https://grafana.com/docs/grafana/latest/dashboards/variables/: neither its label nor its values are shown. */
const HIDDEN = 2;
const PLACE_VARIABLES = ['datasource', 'namespace'];

export const variables: LintRule = {
  name: 'variables',
  problemsIn: (dashboard: Dashboard) => {
    const list = variablesOf(dashboard);
    const names = list.map(({ name }) => name);
    return [
      ...PLACE_VARIABLES.filter((name) => !names.includes(name)).map((name) => `no variable ${name}`),
      ...(names.some((name) => ['job', 'component'].includes(name)) ? [] : ['no variable for jobs']),
      ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `two variables ${name}`),
      ...list.filter(({ label = '' }) => label === '').map(({ name }) => `${name} has no label`),
      ...list
        .filter(({ type }) => type === 'query')
        .flatMap(({ name, refresh, multi, includeAll, allValue, hide, skipUrlSync }) => [
          ...(refresh === 2 ? [] : [`${name} does not follow the range of time`]),
          ...(hide === HIDDEN || (multi === true && includeAll === true)
            ? []
            : [`${name} offers no choice of several or All`]),
          // What nobody can choose must not come from an address either: it would be wrong where it leads.
          ...(hide !== HIDDEN || skipUrlSync === true ? [] : [`${name} is hidden and in every link`]),
          // Series without the label must match: there is no namespace outside of Kubernetes.
          ...(name === 'namespace' && allValue !== '.*'
            ? ['namespace: All does not match what has none']
            : []),
        ]),
    ];
  },
};
