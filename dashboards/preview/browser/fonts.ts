import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Those that the page uses. */
const WEIGHTS = [400, 500, 600] as const;
const SUBSETS = ['latin', 'latin-ext'] as const;

/** Inter, Grafana's own font, inside the page: a picture looks the same wherever it is drawn. */
export async function fontFaces(): Promise<string> {
  const faces = WEIGHTS.flatMap((weight) => SUBSETS.map(async (subset) => face(weight, subset)));
  return (await Promise.all(faces)).join('\n');
}

async function face(weight: number, subset: string): Promise<string> {
  const file = import.meta.resolve(`@fontsource/inter/files/inter-${subset}-${weight}-normal.woff2`);
  const data = await readFile(fileURLToPath(file), 'base64');
  const range = subset === 'latin' ? 'U+0000-00FF, U+2000-22FF' : 'U+0100-02FF';
  return `@font-face { font-family: Inter; font-weight: ${weight}; unicode-range: ${range};
  src: url(data:font/woff2;base64,${data}) format('woff2'); }`;
}
