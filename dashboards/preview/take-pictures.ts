import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Camera } from './browser/camera.ts';
import { fontFaces } from './browser/fonts.ts';
import { PrometheusApi } from './data/prometheus-api.ts';
import { loadDashboards } from './load-dashboards.ts';
import type { PreviewCommand } from './options.ts';
import { previewOf } from './preview.ts';
import { parseDuration } from '../testing/query-step.ts';

export interface PictureOptions extends Pick<
  PreviewCommand,
  | 'prometheus'
  | 'dashboards'
  | 'from'
  | 'to'
  | 'variables'
  | 'json'
  | 'out'
  | 'width'
  | 'theme'
  | 'html'
  | 'scrapeSeconds'
> {
  readonly camera: Camera;
  /** Behind the name of each file. */
  readonly suffix?: string;
  readonly log: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** Draws the dashboards into the folder. @returns whether every query of every panel was answered */
export async function takePictures(options: PictureOptions): Promise<boolean> {
  const { camera, out, suffix = '', log, warn } = options;
  const source = new PrometheusApi(options.prometheus);
  const dashboards = await loadDashboards(options.dashboards, options.json);
  const several = dashboards.length > 1;
  const scrapeSeconds = options.scrapeSeconds ?? parseDuration(await source.scrapeInterval());
  const fonts = await fontFaces();
  await mkdir(out, { recursive: true });
  let ok = true;
  for (const { name, json } of dashboards) {
    const known = (json.templating?.list ?? []).map((variable) => variable.name);
    const variables = Object.fromEntries(
      // Of several dashboards only some have it.
      Object.entries(options.variables).filter(([variable]) => !several || known.includes(variable)),
    );
    const { page, failures, empty } = await previewOf(json, {
      source,
      scrapeSeconds,
      now: Date.now() / 1_000,
      variables,
      width: options.width,
      theme: options.theme,
      fonts,
      ...(options.from !== undefined && { from: options.from }),
      ...(options.to !== undefined && { to: options.to }),
    });
    const file = join(out, `${name}${suffix}.png`);
    const png = await camera.picture(page.html, page);
    await writeFile(file, png);
    if (options.html) await writeFile(join(out, `${name}${suffix}.html`), page.html);
    log(`${file}  ${page.width}x${page.height}, ${Math.round(png.length / 1_024)} KiB`);
    for (const panel of empty) warn(`${name}: ${panel}: no data`);
    for (const failure of failures) warn(`${name}: ${failure}`);
    ok &&= failures.length === 0;
  }
  return ok;
}
