/** What an expression asks for: metric names, and the labels that it filters, groups or joins by. */
export interface PromqlNames {
  readonly metrics: ReadonlySet<string>;
  /** Metric -> labels that it is filtered by. */
  readonly filters: readonly (readonly [metric: string, label: string, value: string])[];
  readonly groupings: ReadonlySet<string>;
}

const WORDS = new Set(
  'and or unless by without on ignoring group_left group_right offset bool inf nan start end'.split(' '),
);
const TOKEN =
  /(?<space>\s+|#[^\n]*)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<range>\[[^\]]*\])|(?<name>[a-zA-Z_:][\w:]*)|(?<number>[\d.]+[\w.]*)|(?<sign>.)/g;
const LABEL_LISTS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

/** Good for the expressions of rules and runbooks; promtool says whether they are PromQL at all. */
export function namesIn(expression: string): PromqlNames {
  const tokens = [...expression.matchAll(TOKEN)]
    .map(({ groups }) => groups ?? {})
    .filter(({ space }) => space === undefined);
  const metrics = new Set<string>();
  const groupings = new Set<string>();
  const filters: [string, string, string][] = [];
  let list: 'labels' | 'filter' | undefined;
  let metric = '';
  for (const [index, { name, sign }] of tokens.entries()) {
    const next = tokens[index + 1];
    const before = tokens[index - 1]?.['name'] ?? '';
    if (sign === '{') list = 'filter';
    if (sign === '(' && LABEL_LISTS.has(before)) list = 'labels';
    if (sign === '}' || (sign === ')' && list === 'labels')) list = undefined;
    if (name === undefined) continue;
    if (list === 'labels') groupings.add(name);
    else if (list === 'filter') filters.push([metric, name, valueAfter(tokens, index)]);
    else if (next?.['sign'] !== '(' && !WORDS.has(name.toLowerCase()) && !isAggregator(next)) {
      metrics.add(name);
      metric = name;
    }
  }
  return { metrics, filters, groupings };
}

/** `sum by (...)` */
function isAggregator(next: Readonly<Record<string, string | undefined>> | undefined): boolean {
  return next?.['name'] === 'by' || next?.['name'] === 'without';
}

function valueAfter(tokens: readonly Readonly<Record<string, string | undefined>>[], index: number): string {
  const text = tokens.slice(index).find((token) => token['text'] !== undefined)?.['text'] ?? '';
  return text.slice(1, -1);
}
