import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const REPOSITORY = join(import.meta.dirname, '..', '..', '..');

/** What our processes run: without tests, the simulator and benchmarks. */
export function productSources(): string {
  const files = globSync('{bot,exporters,runtime}/**/*.ts', { cwd: REPOSITORY }).filter(
    (path) => !/\.test\.ts$|\/testing\/|^bot\/(simulator|bench)\//.test(path),
  );
  return files.map((path) => readFileSync(join(REPOSITORY, path), 'utf8')).join('\n');
}

/** Whether a text stands in the sources as a string; `…` in it stands for a value. */
export function isInSources(sources: string, text: string): boolean {
  const pieces = text.split('…').map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`['"\`]${pieces.join('\\$\\{[^`]*?\\}')}['"\`$]`).test(sources);
}
