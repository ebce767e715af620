type Numbers = readonly (number | null)[];

/** Grafana's reducers, by the ids that the JSON holds. Numbers only; `null` where there is nothing to say. */
const REDUCERS = {
  lastNotNull: (all) => present(all).at(-1) ?? null,
  last: (all) => all.at(-1) ?? null,
  firstNotNull: (all) => present(all)[0] ?? null,
  first: (all) => all[0] ?? null,
  min: smallest,
  max: largest,
  mean: (all) => ratio(sum(all), present(all).length),
  sum,
  count: (all) => present(all).length,
  range: (all) => difference(largest(all), smallest(all)),
  delta: (all) => growth(present(all)),
  diff: (all) => difference(present(all).at(-1) ?? null, present(all)[0] ?? null),
  median: (all) => {
    const sorted = present(all).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? null;
  },
} as const satisfies Record<string, (all: Numbers) => number | null>;

type Calculation = keyof typeof REDUCERS;

/** As the headings of a legend's table show them. */
const TITLES: Readonly<Record<Calculation, string>> = {
  lastNotNull: 'Last *',
  last: 'Last',
  firstNotNull: 'First *',
  first: 'First',
  min: 'Min',
  max: 'Max',
  mean: 'Mean',
  sum: 'Total',
  count: 'Count',
  range: 'Range',
  delta: 'Delta',
  diff: 'Difference',
  median: 'Median',
};

/** @throws for a calculation that is not among these */
export function reduce(all: Numbers, calculation: string): number | null {
  return REDUCERS[known(calculation)](all);
}

export function titleOfCalculation(calculation: string): string {
  return TITLES[known(calculation)];
}

function known(calculation: string): Calculation {
  if (isKnown(calculation)) return calculation;
  throw new Error(
    `calculation "${calculation}" is not drawn here (known: ${Object.keys(REDUCERS).join(', ')})`,
  );
}

function isKnown(calculation: string): calculation is Calculation {
  return Object.hasOwn(REDUCERS, calculation);
}

function present(all: Numbers): number[] {
  return all.filter((value) => value !== null && !Number.isNaN(value)) as number[];
}

function sum(all: Numbers): number | null {
  const values = present(all);
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
}

function smallest(all: Numbers): number | null {
  return extreme(all, (value, best) => value < best);
}

function largest(all: Numbers): number | null {
  return extreme(all, (value, best) => value > best);
}

function extreme(all: Numbers, better: (value: number, best: number) => boolean): number | null {
  let best: number | null = null;
  for (const value of present(all)) if (best === null || better(value, best)) best = value;
  return best;
}

/** A counter's growth, resets left out. */
function growth(values: readonly number[]): number | null {
  let total = 0;
  for (const [index, value] of values.entries()) {
    const before = values[index - 1];
    if (before !== undefined) total += value >= before ? value - before : value;
  }
  return values.length === 0 ? null : total;
}

function ratio(total: number | null, count: number): number | null {
  return total === null || count === 0 ? null : total / count;
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b;
}
