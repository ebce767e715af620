import { readFile } from 'node:fs/promises';

/** Those that the page uses. */
const WEIGHTS = [400, 500, 600] as const;
const PACKAGE = import.meta.resolve('@fontsource/inter/package.json');
const SUBSETS = ['latin', 'latin-ext'] as const;

/** Inter, Grafana's own font, inside the page: a picture looks the same wherever it is drawn. */
export async function fontFaces(): Promise<string> {
  const faces = WEIGHTS.flatMap((weight) => SUBSETS.map(async (subset) => face(weight, subset)));
  return (await Promise.all(faces)).join('\n');
}

async function face(weight: number, subset: string): Promise<string> {
  const file = new URL(`files/inter-${subset}-${weight}-normal.woff2`, PACKAGE);
  const data = await readFile(file, 'base64');
  const range = subset === 'latin' ? 'U+0000-00FF, U+2000-22FF' : 'U+0100-02FF';
  return `@font-face { font-family: Inter; font-weight: ${weight}; unicode-range: ${range};
  src: url(data:font/woff2;base64,${data}) format('woff2'); }`;
}
