import { BOT } from '../../select.ts';
import { linksOf, nameOf, panelsOf, type Panel } from '../testing/dashboard-json.ts';
import { childrenOf, nodesIn, parsePromql, syntaxErrorIn, textOf } from '../testing/promql.ts';
import { queriesOf, type LintRule } from './rule.ts';

/** Two bots in one Prometheus both have a shard 0, a consumer of this name, and a job of that name. */
const OF_ONE_BOT = new Set(['shard', 'stream_name', 'consumer_name', 'job', 'instance', 'pod', 'alertname']);
/** Of one bot's lines or rows: a link that names one of these and not the bot leads to all that bear the name. */
const OF_LINE = /var-\w+=\$\{__field\.labels\.\w+\}/;
const OF_CELL = /var-\w+=\$\{__value\.\w+\}/;
const BOT_OF_LINE = `var-${BOT}=\${__field.labels.${BOT}}`;
const BOT_OF_ROW = `var-${BOT}=\${__data.fields.${BOT}}`;

/** What is grouped or matched by what each bot has one of keeps the bot. */
export const botsApart: LintRule = {
  name: 'bots-apart',
  problemsIn: (dashboard) =>
    queriesOf(dashboard).flatMap(({ where, expr }) => {
      if (syntaxErrorIn(expr) !== undefined) return [];
      return nodesIn(parsePromql(expr), 'GroupingLabels').flatMap((list) => {
        const labels = childrenOf(list)
          .filter(({ name }) => name === 'LabelName')
          .map((node) => textOf(node, expr));
        // What is left out by "without" and "ignoring" merges bots where it is the bot, and only there.
        const without = /^(without|ignoring)\b/.test(textOf(list.parent ?? list, expr));
        const merged = without ? labels.includes(BOT) : labels.some(isOfOneBot) && labels[0] !== BOT;
        return merged ? [`${where}: (${labels.join(', ')}) merges bots; ${BOT} comes first`] : [];
      });
    }),
};

/** A click stays with the bot whose line or row it was, and a table says whose its rows are. */
export const linksKeepTheBot: LintRule = {
  name: 'links-keep-the-bot',
  problemsIn: (dashboard) =>
    panelsOf(dashboard).flatMap((panel) => [
      ...linksOf(panel).flatMap(({ title, url = '' }) => {
        const keeps = OF_LINE.test(url) ? BOT_OF_LINE : OF_CELL.test(url) ? BOT_OF_ROW : '';
        return url.includes(keeps)
          ? []
          : [`${nameOf(panel)}, link "${title}" leads to all bots, without ${keeps}`];
      }),
      ...(panel.type !== 'table' || columnsOf(panel).includes(BOT)
        ? []
        : [`${nameOf(panel)} has no column ${BOT}: rows of two bots look alike`]),
    ]),
};

function isOfOneBot(label: string): boolean {
  return OF_ONE_BOT.has(label);
}

function columnsOf({ transformations = [] }: Panel): readonly string[] {
  const { options } = transformations.find(({ id }) => id === 'filterFieldsByName') ?? {};
  return (options as { include?: { names?: readonly string[] } } | undefined)?.include?.names ?? [];
}
