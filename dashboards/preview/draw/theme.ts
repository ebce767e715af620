export type ThemeName = 'dark' | 'light';

/** Colours of Grafana's themes, and what its colour names stand for in them. */
export interface Theme {
  readonly name: ThemeName;
  readonly canvas: string;
  readonly panel: string;
  readonly border: string;
  readonly text: string;
  readonly secondary: string;
  readonly grid: string;
  readonly axis: string;
  readonly link: string;
  readonly unfilled: string;
  /** A code for a name (`semi-dark-red`) or a code. */
  readonly color: (name: string) => string;
  readonly palette: readonly string[];
}

/** From light to dark: super-light, light, the hue itself, semi-dark, dark, and one more for the light theme. */
const HUES: Readonly<Record<string, readonly string[]>> = {
  red: ['#FFA6B0', '#FF7383', '#F2495C', '#E02F44', '#C4162A', '#AD0317'],
  orange: ['#FFCB7D', '#FFB357', '#FF9830', '#FF780A', '#FA6400', '#E55400'],
  yellow: ['#FFF899', '#FFEE52', '#FADE2A', '#F2CC0C', '#E0B400', '#CC9D00'],
  green: ['#C8F2C2', '#96D98D', '#73BF69', '#56A64B', '#37872D', '#19730E'],
  blue: ['#C0D8FF', '#8AB8FF', '#5794F2', '#3274D9', '#1F60C4', '#1250B0'],
  purple: ['#DEB6F2', '#CA95E5', '#B877D9', '#A352CC', '#8F3BB8', '#7C2EA3'],
};
const SHADES = ['super-light-', 'light-', '', 'semi-dark-', 'dark-'];

/** The first of the classic palette; later series take them again. */
const PALETTE = `
  green yellow blue orange red purple
  dark-green dark-yellow dark-blue dark-orange dark-red dark-purple
  super-light-green super-light-yellow super-light-blue super-light-orange super-light-red super-light-purple
  #447EBC #C15C17 #890F02 #0A437C #6D1F62 #584477 #B7DBAB #F4D598 #70DBED #F9BA8F #F29191 #82B5D8
  #E5A8E2 #AEA2E0 #629E51 #E5AC0E #64B0C8 #E0752D #BF1B00 #0A50A1 #962D82 #614D93 #9AC48A #F2C96D
  #65C5DB #F9934E #EA6460 #5195CE #D683CE #806EB7 #3F6833 #967302 #2F575E #99440A #58140C #052B51
  #511749 #3F2B5B #E0F9D7 #FCEACA #CFFAFF #F9E2D2 #FCE2DE #BADFF4 #F9D9F9 #DEDAF7
`
  .trim()
  .split(/\s+/);

const DARK = {
  canvas: '#111217',
  panel: '#181b1f',
  border: 'rgba(204,204,220,0.12)',
  text: '#ccccdc',
  secondary: 'rgba(204,204,220,0.65)',
  grid: 'rgba(240,250,255,0.09)',
  axis: 'rgba(204,204,220,0.65)',
  link: '#6e9fff',
  unfilled: 'rgba(204,204,220,0.08)',
};

const LIGHT = {
  canvas: '#f4f5f5',
  panel: '#ffffff',
  border: 'rgba(36,41,46,0.12)',
  text: '#24292e',
  secondary: 'rgba(36,41,46,0.75)',
  grid: 'rgba(0,10,23,0.09)',
  axis: 'rgba(36,41,46,0.75)',
  link: '#1f62e0',
  unfilled: 'rgba(36,41,46,0.08)',
};

export function themeOf(name: ThemeName): Theme {
  const colors = name === 'dark' ? DARK : LIGHT;
  const named = new Map<string, string>([
    ['transparent', 'transparent'],
    ['text', colors.text],
    ['panel-bg', colors.panel],
  ]);
  for (const [hue, shades] of Object.entries(HUES)) {
    for (const [index, shade] of SHADES.entries()) {
      named.set(shade + hue, shades[index + (name === 'light' ? 1 : 0)] ?? hue);
    }
  }
  const color = (asked: string) => named.get(asked) ?? asked;
  return { name, ...colors, color, palette: PALETTE.map(color) };
}

/** The colour with another opacity; names of CSS are left as they are. */
export function withAlpha(color: string, alpha: number): string {
  const [red, green, blue] = rgbOf(color) ?? [];
  return red === undefined ? color : `rgba(${red},${green ?? 0},${blue ?? 0},${alpha})`;
}

/** Whether dark text reads better on it than white. */
export function isLight(color: string): boolean {
  const [red = 0, green = 0, blue = 0] = rgbOf(color) ?? [];
  return (red * 299 + green * 587 + blue * 114) / 1_000 > 150;
}

/** Red, green and blue, 0 to 255, of `#rgb`, `#rrggbb` and `rgb(...)`. */
export function rgbOf(color: string): readonly [number, number, number] | undefined {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(color);
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color);
  const digits = short ? short.slice(1).map((digit) => digit + digit) : long?.slice(1);
  const parts = digits?.map((pair) => Number.parseInt(pair, 16)) ?? numbersIn(color);
  const [red, green, blue] = parts ?? [];
  return red === undefined || green === undefined || blue === undefined ? undefined : [red, green, blue];
}

function numbersIn(color: string): number[] | undefined {
  return /^rgba?\(([^)]+)\)$/.exec(color)?.[1]?.split(',').map(Number);
}
