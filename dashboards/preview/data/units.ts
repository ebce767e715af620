/** How Grafana writes a number with a unit; `decimals` undefined: as many as its size asks for. */
export function formatUnit(value: number, unit = '', decimals?: number | null): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  const format = UNITS.get(unit);
  if (format) return format(value, decimals ?? undefined);
  const [kind, rest] = splitOnce(unit, ':');
  if (rest !== undefined && kind === 'suffix') return `${fixed(value, decimals)} ${rest}`;
  if (rest !== undefined && kind === 'prefix') return `${rest}${fixed(value, decimals)}`;
  if (rest !== undefined && kind === 'si') return SI(rest)(value, decimals ?? undefined);
  if (rest !== undefined && kind === 'bool') {
    const [yes, no = '-'] = splitOnce(rest, '/');
    return value === 0 ? no : yes;
  }
  // An unknown unit is written behind the number.
  return unit === '' ? fixed(value, decimals) : `${fixed(value, decimals)} ${unit}`;
}

type Format = (value: number, decimals?: number) => string;

const THOUSANDS = ['', ' K', ' Mil', ' Bil', ' Tri'];
const LETTERS = ['', 'K', 'M', 'B', 'T'];
const SI_PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

const UNITS: ReadonlyMap<string, Format> = new Map<string, Format>([
  ['none', fixed],
  ['string', String],
  ['short', scaled(1_000, THOUSANDS)],
  ['sishort', scaled(1_000, ['', ' K', ' M', ' G', ' T'])],
  ['locale', (value, decimals) => value.toLocaleString('en', { maximumFractionDigits: decimals ?? 3 })],
  ['percent', (value, decimals) => `${fixed(value, decimals)}%`],
  ['percentunit', (value, decimals) => `${fixed(value * 100, decimals)}%`],
  [
    'bytes',
    scaled(
      1_024,
      ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'].map((prefix) => ` ${prefix}B`),
    ),
  ],
  ['decbytes', SI('B')],
  [
    'bits',
    scaled(
      1_024,
      ['', 'Ki', 'Mi', 'Gi', 'Ti'].map((prefix) => ` ${prefix}b`),
    ),
  ],
  [
    'binBps',
    scaled(
      1_024,
      ['', 'Ki', 'Mi', 'Gi', 'Ti'].map((prefix) => ` ${prefix}B/s`),
    ),
  ],
  ['Bps', SI('B/s')],
  ['hertz', SI('Hz')],
  ['reqps', counted('req/s')],
  ['ops', counted('ops/s')],
  ['cps', counted('c/s')],
  ['rps', counted('rd/s')],
  ['wps', counted('wr/s')],
  ['iops', counted('io/s')],
  ['eps', counted('evt/s')],
  ['mps', counted('msg/s')],
  ['opm', counted('ops/min')],
  ['cpm', counted('c/min')],
  ['s', seconds],
  ['ms', (value, decimals) => largest(value, decimals, [1, ' ms'], SECONDS.slice(1), 1_000)],
  ['µs', (value, decimals) => largest(value, decimals, [1, ' µs'], MICROSECONDS, 1)],
  ['m', (value, decimals) => largest(value, decimals, [1, ' min'], SECONDS.slice(2), 1 / 60)],
  ['h', (value, decimals) => largest(value, decimals, [1, ' hour'], SECONDS.slice(3), 1 / 3_600)],
  ['d', (value, decimals) => largest(value, decimals, [1, ' day'], SECONDS.slice(4), 1 / 86_400)],
  ['dtdurations', (value, decimals) => spoken(value, decimals)],
  ['dtdurationms', (value, decimals) => spoken(value / 1_000, decimals)],
  ['dateTimeAsIso', isoTime],
  ['dateTimeAsLocal', isoTime],
  ['dateTimeFromNow', (value) => fromNow((Date.now() - value) / 1_000)],
  ['bool', (value) => (value === 0 ? 'False' : 'True')],
  ['bool_yes_no', (value) => (value === 0 ? 'No' : 'Yes')],
  ['bool_on_off', (value) => (value === 0 ? 'Off' : 'On')],
]);

/** Without zeros at its end, as ticks of an axis are. */
export function formatTick(value: number, unit = '', decimals?: number | null): string {
  const text = formatUnit(value, unit, decimals);
  return decimals === undefined || decimals === null
    ? text.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '')
    : text;
}

/** Three figures of what is not whole: 0.0123, 1.25, 12.5, 125. */
function autoDecimals(value: number): number {
  if (Number.isInteger(value)) return 0;
  return Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
}

function fixed(value: number, decimals?: number | null): string {
  const places = decimals ?? autoDecimals(value);
  const text = value.toFixed(Math.min(places, 20));
  return Number(text) === 0 ? text.replace('-', '') : text;
}

function scaled(base: number, suffixes: readonly string[]): Format {
  return (value, decimals) => {
    const power = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)) / Math.log10(base) + 1e-9);
    const index = Math.min(Math.max(power, 0), suffixes.length - 1);
    return fixed(value / base ** index, decimals) + (suffixes[index] ?? '');
  };
}

function SI(unit: string): Format {
  return scaled(
    1_000,
    SI_PREFIXES.map((prefix) => ` ${prefix}${unit}`),
  );
}

function counted(symbol: string): Format {
  const scale = scaled(1_000, LETTERS);
  return (value, decimals) => `${scale(value, decimals)} ${symbol}`;
}

type Step = readonly [seconds: number, suffix: string];

const SECONDS: readonly Step[] = [
  [0.001, ' ms'],
  [1, ' s'],
  [60, ' min'],
  [3_600, ' hour'],
  [86_400, ' day'],
  [604_800, ' week'],
  [31_536_000, ' year'],
];
const MICROSECONDS: readonly Step[] = [
  [1_000, ' ms'],
  [1_000_000, ' s'],
];

function seconds(value: number, decimals?: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0 s';
  if (size < 1e-6) return `${fixed(value * 1e9, decimals)} ns`;
  if (size < 1e-3) return `${fixed(value * 1e6, decimals)} µs`;
  return largest(value, decimals, SECONDS[0] ?? [0.001, ' ms'], SECONDS, 1);
}

/** In the largest unit that it reaches; `perBase` of the value are one unit of `steps`. */
function largest(
  value: number,
  decimals: number | undefined,
  first: Step,
  steps: readonly Step[],
  perBase: number,
): string {
  const inBase = Math.abs(value) / perBase;
  const step = steps.findLast(([size]) => inBase >= size);
  if (!step) return fixed(value / first[0], decimals) + first[1];
  return fixed(value / perBase / step[0], decimals) + step[1];
}

/** "2 hours, 5 minutes": `decimals` more units than the largest one. */
function spoken(value: number, decimals = 0): string {
  if (value === 0) return '0 seconds';
  const units = [
    [31_536_000, 'year'],
    [2_592_000, 'month'],
    [604_800, 'week'],
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
    [0.001, 'millisecond'],
  ] as const;
  let rest = Math.abs(value);
  const first = units.findIndex(([size]) => rest >= size);
  const words: string[] = [];
  for (const [size, name] of units.slice(Math.max(first, 0), Math.max(first, 0) + 1 + decimals)) {
    const count = Math.floor(rest / size + 1e-9);
    rest -= count * size;
    words.push(`${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return words.join(', ') + (value < 0 ? ' ago' : '');
}

/** Milliseconds since 1970, in UTC: a picture must not depend on where it was drawn. */
function isoTime(value: number): string {
  return new Date(value).toISOString().slice(0, 19).replace('T', ' ');
}

/** @param ago seconds */
export function fromNow(ago: number): string {
  if (Math.abs(ago) < 45) return ago >= 0 ? 'a few seconds ago' : 'in a few seconds';
  const text = spoken(Math.abs(ago));
  return ago >= 0 ? `${text} ago` : `in ${text}`;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
