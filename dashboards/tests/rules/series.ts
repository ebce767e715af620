import { BOT, IN_BOT } from '../../select.ts';
import { syntaxErrorIn } from '../testing/promql.ts';
import { shapeOf, varyingLabels, type Shape } from '../testing/series-shape.ts';
import { queriesOf, type LintContext, type LintRule, type Query } from './rule.ts';
import type { Dashboard } from '../testing/dashboard-json.ts';

/** Of these there are as many as the fleet is large. */
const GROWING = new Set(['shard', 'consumer_name', 'instance', 'pod', 'container']);
/** More lines than this nobody reads. */
export const MOST_SERIES = 50;
/** A thousand rows can be sorted and scrolled; a thousand lines cannot. */
const FOR_MANY = new Set(['table', 'heatmap']);
const LABEL_IN_LEGEND = /\{\{\s*([\w.]+)\s*\}\}/g;

export const bounded: LintRule = {
  name: 'bounded',
  problemsIn: (dashboard, context) =>
    shapes(dashboard, context).flatMap(({ query, shape }) => {
      if (shape.most <= MOST_SERIES || FOR_MANY.has(query.panel?.type ?? '')) return [];
      const growing = [...varyingLabels(shape)].filter((label) => GROWING.has(label));
      if (growing.length === 0) return [];
      return [
        `${query.where}: one series for each ${growing.join(', ')}, without a topk of ${MOST_SERIES} or less`,
      ];
    }),
};

export const legends: LintRule = {
  name: 'legends',
  problemsIn: (dashboard, context) =>
    shapes(dashboard, context).flatMap(({ query: { where, panel, target }, shape }) => {
      if (!panel || FOR_MANY.has(panel.type)) return [];
      const { legendFormat = '' } = target ?? {};
      if (legendFormat === '' || legendFormat === '__auto') return [`${where}: no legend`];
      const named = new Set([...legendFormat.matchAll(LABEL_IN_LEGEND)].map(([, label = '']) => label));
      if (legendFormat.endsWith(IN_BOT) && shape.labels.has(BOT)) named.add(BOT);
      const varying = [...varyingLabels(shape)];
      return [
        ...[...named]
          .filter((label) => !shape.labels.has(label))
          .map((label) => `${where}: legend names ${label}, which its series do not have`),
        ...(shape.most === 1 ? [] : varying)
          // A pod, its instance and what serves it are one thing.
          .filter(
            (label) =>
              !['pod', 'container', 'service', 'endpoint', 'job'].includes(label) || varying.length === 1,
          )
          .filter((label) => !named.has(label))
          .map((label) => `${where}: series that differ by ${label} have the same legend`),
      ];
    }),
};

interface Shaped {
  readonly query: Query;
  readonly shape: Shape;
}

function shapes(dashboard: Dashboard, { facts }: LintContext): Shaped[] {
  return queriesOf(dashboard)
    .filter(({ expr }) => syntaxErrorIn(expr) === undefined)
    .map((query) => ({ query, shape: shapeOf(query.expr, facts.labelsOf) }));
}
