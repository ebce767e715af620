/**
 * What Prometheus's remote write takes: https://prometheus.io/docs/specs/prw/remote_write_spec/. A day of a large
 * fleet is written so in a minute, and as text in none that a test has.
 */

export type Labels = Readonly<Record<string, string>>;

export interface WrittenSeries {
  /** By `seriesHead`. */
  readonly head: Uint8Array;
  readonly valueAt: (timeMs: number) => number;
  /** It has no samples before. */
  readonly sinceMs?: number;
  /** It has none from then on. */
  readonly untilMs?: number;
}

/** Of a sample: tag, length, tag, double, tag, and the time as a varint of 6 bytes. */
const SAMPLE_BYTES = 18;
const VALUE_AT = 3;
/** In one request: some megabytes. */
const SAMPLES_A_REQUEST = 200_000;
const [SERIES_TAG, LABEL_TAG, SAMPLES_TAG, NAME_TAG, VALUE_TAG] = [0x0a, 0x0a, 0x12, 0x0a, 0x12];
/** Snappy's literal with a length of four bytes: a body that is not compressed is one, too. */
const LITERAL = 0xfc;

/** The labels of a series as they are sent, to be encoded once for all of its samples. */
export function seriesHead(name: string, labels: Labels): Uint8Array {
  const pairs = Object.entries({ __name__: name, ...labels }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat(
    pairs.map(([label, value]) => {
      const pair = Buffer.concat([text(NAME_TAG, label), text(VALUE_TAG, value)]);
      return Buffer.concat([Buffer.from([LABEL_TAG]), varint(pair.length), pair]);
    }),
  );
}

/**
 * Samples of all series at these times; the newest already written may be at most an hour newer than the first.
 * @returns how many there were
 */
export async function writeSamples(
  url: string,
  series: readonly WrittenSeries[],
  timesMs: readonly number[],
): Promise<number> {
  if (timesMs.length === 0) return 0;
  const times = sampleTimes(timesMs);
  let samples = 0;
  let bodies: Buffer[] = [];
  const perRequest = Math.max(1, Math.floor(SAMPLES_A_REQUEST / timesMs.length));
  for (const [index, each] of series.entries()) {
    const { sinceMs = 0, untilMs = Infinity } = each;
    const begin = timesMs.findIndex((time) => time >= sinceMs);
    const [from, to] = begin < 0 ? [0, 0] : [begin, countBefore(timesMs, untilMs)];
    const shown = timesMs.slice(from, to);
    if (shown.length > 0)
      bodies.push(...encoded(each, times.subarray(from * SAMPLE_BYTES, to * SAMPLE_BYTES), shown));
    samples += shown.length;
    const isLast = index === series.length - 1;
    if (!isLast && (index + 1) % perRequest !== 0) continue;
    if (bodies.length > 0) await send(url, Buffer.concat(bodies));
    bodies = [];
  }
  return samples;
}

function countBefore(timesMs: readonly number[], untilMs: number): number {
  const end = timesMs.findIndex((time) => time >= untilMs);
  return end < 0 ? timesMs.length : end;
}

function encoded({ head, valueAt }: WrittenSeries, times: Buffer, timesMs: readonly number[]): Buffer[] {
  const samples = Buffer.from(times);
  for (const [index, time] of timesMs.entries())
    samples.writeDoubleLE(valueAt(time), index * SAMPLE_BYTES + VALUE_AT);
  return [
    Buffer.from([SERIES_TAG]),
    varint(head.length + samples.length),
    Buffer.from(head.buffer, head.byteOffset, head.length),
    samples,
  ];
}

/** Samples without their values. */
function sampleTimes(timesMs: readonly number[]): Buffer {
  const samples = Buffer.alloc(timesMs.length * SAMPLE_BYTES);
  for (const [index, time] of timesMs.entries()) {
    const at = index * SAMPLE_BYTES;
    samples.set([SAMPLES_TAG, SAMPLE_BYTES - 2, 0x09], at);
    samples[at + VALUE_AT + 8] = 0x10;
    samples.set(varint(time), at + VALUE_AT + 9);
  }
  return samples;
}

function text(tag: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([tag]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}

async function send(url: string, body: Buffer): Promise<void> {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(body.length - 1);
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: Buffer.concat([varint(body.length), Buffer.from([LITERAL]), length, body]),
  });
  if (!response.ok) throw new Error(`remote write: ${response.status} ${await response.text()}`);
}
