import { decodePng } from '../browser/png.ts';

type Rgb = readonly [red: number, green: number, blue: number];

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** How many pixels have this colour, give or take `tolerance` in each channel. */
  count(color: Rgb, tolerance?: number): number;
}

export function readPng(file: Buffer): Pixels {
  const { width, height, channels, lines } = decodePng(file);
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
