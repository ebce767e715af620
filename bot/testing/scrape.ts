/** One scrape of a process's /metrics, asked by family name. */
export interface Scrape {
  readonly text: string;
  readonly series: readonly Series[];
  /** Of the one series whose labels include these; undefined when there is none. Throws when there are more. */
  value(family: string, labels?: Labels): number | undefined;
  /** Sum over all series of the family whose labels include these; 0 when there is none. */
  sum(family: string, labels?: Labels): number;
}

export interface Series {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

type Labels = Readonly<Record<string, string>>;

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

export async function scrape(port: number): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`/metrics answered ${response.status}: ${text}`);
  return parseScrape(text);
}

export function parseScrape(text: string): Scrape {
  const series = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => parseLine(line));
  const byName = Map.groupBy(series, ({ name }) => name);
  const find = (family: string, labels: Labels = {}) => {
    const wanted = Object.entries(labels);
    const all = byName.get(family) ?? [];
    return all.filter(({ labels: has }) => wanted.every(([name, value]) => has[name] === value));
  };
  return {
    text,
    series,
    value(family, labels) {
      const found = find(family, labels);
      if (found.length > 1) throw new Error(`${found.length} series of ${family} ${JSON.stringify(labels)}`);
      return found[0]?.value;
    },
    sum: (family, labels) => find(family, labels).reduce((sum, { value }) => sum + value, 0),
  };
}

function parseLine(line: string): Series {
  const [, name, labels = '', value] = LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const pairs = [...labels.matchAll(LABEL)].map(([, label = '', text = '']) => [label, text] as const);
  const special: Record<string, number> = { '+Inf': Infinity, '-Inf': -Infinity };
  return { name, labels: Object.fromEntries(pairs), value: special[value] ?? Number(value) };
}
