import { rgbOf } from './theme.ts';

/** Colours from low to high, blended between. Names as in Grafana's heatmaps (d3-scale-chromatic) and fields. */
const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  Cividis: [
    '#002051',
    '#0a326a',
    '#2b446e',
    '#4d566d',
    '#696970',
    '#7f7c75',
    '#948f78',
    '#ada476',
    '#caba6a',
    '#ead156',
    '#fdea45',
  ],
  Viridis: [
    '#440154',
    '#482475',
    '#414487',
    '#355f8d',
    '#2a788e',
    '#21918c',
    '#22a884',
    '#44bf70',
    '#7ad151',
    '#bddf26',
    '#fde725',
  ],
  Inferno: [
    '#000004',
    '#160b39',
    '#420a68',
    '#6a176e',
    '#932667',
    '#bc3754',
    '#dd513a',
    '#f37819',
    '#fca50a',
    '#f6d746',
    '#fcffa4',
  ],
  Turbo: [
    '#23171b',
    '#4a58dd',
    '#2f9df5',
    '#27d7c4',
    '#4df884',
    '#95fb51',
    '#dedd32',
    '#ffa423',
    '#f65f18',
    '#ba2208',
    '#900c00',
  ],
  Oranges: [
    '#fff5eb',
    '#fee6ce',
    '#fdd0a2',
    '#fdae6b',
    '#fd8d3c',
    '#f16913',
    '#d94801',
    '#a63603',
    '#7f2704',
  ],
  Blues: ['#f7fbff', '#deebf7', '#c6dbef', '#9ecae1', '#6baed6', '#4292c6', '#2171b5', '#08519c', '#08306b'],
  Greens: ['#f7fcf5', '#e5f5e0', '#c7e9c0', '#a1d99b', '#74c476', '#41ab5d', '#238b45', '#006d2c', '#00441b'],
  Spectral: [
    '#9e0142',
    '#d53e4f',
    '#f46d43',
    '#fdae61',
    '#fee08b',
    '#ffffbf',
    '#e6f598',
    '#abdda4',
    '#66c2a5',
    '#3288bd',
    '#5e4fa2',
  ],
  RdYlGn: [
    '#a50026',
    '#d73027',
    '#f46d43',
    '#fdae61',
    '#fee08b',
    '#ffffbf',
    '#d9ef8b',
    '#a6d96a',
    '#66bd63',
    '#1a9850',
    '#006837',
  ],
  YlOrRd: ['#ffffcc', '#ffeda0', '#fed976', '#feb24c', '#fd8d3c', '#fc4e2a', '#e31a1c', '#bd0026', '#800026'],
  GrYlRd: ['#73BF69', '#FADE2A', '#F2495C'],
  RdYlGr: ['#F2495C', '#FADE2A', '#73BF69'],
  BlYlRd: ['#5794F2', '#FADE2A', '#F2495C'],
  blues: ['#1F60C4', '#8AB8FF'],
  reds: ['#C4162A', '#FF7383'],
  greens: ['#37872D', '#96D98D'],
};

/** @param share from 0 to 1 @throws for a scheme that is not known here */
export function schemeColor(scheme: string, share: number): string {
  const stops = SCHEMES[scheme];
  if (!stops) {
    throw new Error(
      `colour scheme "${scheme}" is not drawn here (known: ${Object.keys(SCHEMES).join(', ')})`,
    );
  }
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const lower = rgbOf(stops[Math.floor(place)] ?? '#000') ?? [0, 0, 0];
  const upper = rgbOf(stops[Math.ceil(place)] ?? '#000') ?? [0, 0, 0];
  const between = place - Math.floor(place);
  const mixed = lower.map((part, index) => Math.round(part + ((upper[index] ?? part) - part) * between));
  return `rgb(${mixed.join(',')})`;
}
