import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { askDashboard, emptyOf, isEmpty, type Asked, type Window } from './testing/ask-dashboard.ts';
import { dashboardFiles, variablesOf } from './testing/dashboard-json.ts';
import { fillVariables } from './testing/fill-variables.ts';
import { startTroubledPipeline, STRUCK, type TroubledPipeline } from './testing/troubled-pipeline.ts';
import { MOST_SERIES } from './rules/series.ts';

const SCRAPE_SECONDS = 1;
/** Links of more lines of one panel would tell nothing new. */
const LINKS_A_PANEL = 3;
const files = dashboardFiles();

/** Query -> why it has no answer here although all is right. */
const EXEMPT: Readonly<Record<string, string>> = {};

let pipeline: TroubledPipeline;
let window: Window;
/** Of the worker whose memory is limited. */
let struckInstance: string;

beforeAll(async () => {
  const fromMs = Date.now();
  pipeline = await startTroubledPipeline();
  window = { fromMs, toMs: Date.now(), scrapeSeconds: SCRAPE_SECONDS };
  struckInstance = pipeline.fleet.worker('voice-tracker').address;
  if (pipeline.withoutMemoryLimit !== undefined) {
    console.warn(`SKIPPED, panels of memory limits: ${pipeline.withoutMemoryLimit}`);
  }
}, 240_000);

afterAll(async () => pipeline?.[Symbol.asyncDispose]());

describe.for(files)('$name of the troubled pipeline', ({ dashboard }) => {
  test('every variable offers something to choose', async () => {
    const { offered } = await fillVariables(dashboard, pipeline.fleet.prometheus, window);
    const empty = [...offered].filter(([, values]) => values.length === 0).map(([name]) => name);
    // There is none outside of Kubernetes, and All must do; nor has one bot to be told from others.
    expect(empty).toEqual(['namespace', 'in_bot']);
  });

  test('every query answers, with All', async () => {
    const { chosen } = await fillVariables(dashboard, pipeline.fleet.prometheus, window);
    expectAnswers(await askDashboard(dashboard, pipeline.fleet.prometheus, window, chosen));
  });

  test('every query answers, for what the faults struck', async () => {
    const wanted: Record<string, string> = { ...STRUCK, component: 'worker', instance: struckInstance };
    const names = variablesOf(dashboard).map(({ name }) => name);
    const known = Object.fromEntries(Object.entries(wanted).filter(([name]) => names.includes(name)));
    const { chosen } = await fillVariables(dashboard, pipeline.fleet.prometheus, window, known);
    expectAnswers(await askDashboard(dashboard, pipeline.fleet.prometheus, window, chosen));
  });
});

test('links of lines lead to what the line is about', async () => {
  const { prometheus } = pipeline.fleet;
  let followed = 0;
  for (const { dashboard } of files) {
    const { chosen } = await fillVariables(dashboard, prometheus, window);
    for (const { panel, series, where } of await askDashboard(dashboard, prometheus, window, chosen)) {
      for (const { url = '' } of panel?.fieldConfig?.defaults?.links ?? []) {
        const wanted = [...url.matchAll(/var-(\w+)=\$\{__field\.labels\.(\w+)\}/g)];
        const target = files.find((file) => url.includes(`/d/${file.dashboard.uid}?`))?.dashboard;
        // Lines of everything together, such as a median, have no label and lead to All.
        for (const { labels } of target ? series.slice(0, LINKS_A_PANEL) : []) {
          const values = wanted.flatMap(([, variable = '', label = '']) =>
            labels[label] === undefined ? [] : [[variable, labels[label]] as const],
          );
          if (!target || values.length === 0) continue;
          const filled = fillVariables(target, prometheus, window, Object.fromEntries(values));
          await expect(filled, where).resolves.toBeDefined();
          followed += 1;
        }
      }
    }
  }
  expect(followed).toBeGreaterThan(20);
});

function expectAnswers(asked: readonly Asked[]): void {
  expect(asked.length).toBeGreaterThan(0);
  expect(
    asked.filter(({ error }) => error !== undefined).map(({ where, error }) => `${where}: ${error}`),
  ).toEqual([]);
  const empty = emptyOf(asked).filter((each) => !isExempt(each));
  expect(empty.map(({ where, expr }) => `${where}: ${expr}`)).toEqual([]);
  const stale = asked.filter((each) => !isEmpty(each) && EXEMPT[each.key] !== undefined);
  expect(stale.map(({ where }) => where)).toEqual([]);
  const crowded = asked.filter(({ series, panel }) => panel?.type !== 'table' && series.length > MOST_SERIES);
  expect(crowded.map(({ where, series }) => `${where}: ${series.length}`)).toEqual([]);
}

function isExempt({ key, expr }: Asked): boolean {
  if (EXEMPT[key] !== undefined) return true;
  return pipeline.withoutMemoryLimit !== undefined && /memory_limit_bytes/.test(expr);
}
