import { inflateSync } from 'node:zlib';

type Rgb = readonly [red: number, green: number, blue: number];

/** A PNG of 8 bits a channel, without interlacing, as browsers make them. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** How many pixels have this colour, give or take `tolerance` in each channel. */
  count(color: Rgb, tolerance?: number): number;
}

const SIGNATURE_BYTES = 8;
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/** https://www.w3.org/TR/png-3/ */
export function readPng(file: Buffer): Pixels {
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const channels = CHANNELS[file[25] ?? -1];
  if (file[24] !== 8 || channels === undefined) throw new Error('expected a PNG of 8 bits a channel');
  const lines = unfiltered(inflateSync(imageData(file)), width * channels, channels);
  const count = (color: Rgb, tolerance = 0) => {
    let found = 0;
    for (const line of lines) {
      for (let at = 0; at < line.length; at += channels) {
        if (color.every((part, channel) => Math.abs((line[at + channel] ?? 0) - part) <= tolerance))
          found += 1;
      }
    }
    return found;
  };
  return { width, height, count };
}

function imageData(file: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at < file.length;) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(file.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return Buffer.concat(parts);
}

/** Each line holds differences to its neighbours on the left and above. */
function unfiltered(data: Buffer, lineBytes: number, channels: number): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let above = new Uint8Array(lineBytes);
  for (let start = 0; start < data.length; start += lineBytes + 1) {
    const filter = data[start] ?? 0;
    const line = new Uint8Array(lineBytes);
    for (let at = 0; at < lineBytes; at += 1) {
      const left = at < channels ? 0 : (line[at - channels] ?? 0);
      const corner = at < channels ? 0 : (above[at - channels] ?? 0);
      line[at] = (data[start + 1 + at] ?? 0) + predicted(filter, left, above[at] ?? 0, corner);
    }
    lines.push(line);
    above = line;
  }
  return lines;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [left, up, corner].map((each) => Math.abs(guess - each));
  if ((toLeft ?? 0) <= (toUp ?? 0) && (toLeft ?? 0) <= (toCorner ?? 0)) return left;
  return (toUp ?? 0) <= (toCorner ?? 0) ? up : corner;
}
