import type { Prometheus } from '../../../deploy/local/prometheus.ts';
import { messageOf } from '../../../runtime/errors.ts';
import { interpolate, rateInterval } from '../../testing/interpolate.ts';
import { parseDuration, queryStep } from '../../testing/query-step.ts';
import {
  annotationsOf,
  exprOf,
  nameOf,
  queryPanelsOf,
  type Dashboard,
  type Panel,
  type Target,
} from './dashboard-json.ts';
import type { Chosen } from './fill-variables.ts';

export interface Asked {
  /** For messages: dashboard, panel, target. */
  readonly where: string;
  /** `overview/5/A`. */
  readonly key: string;
  readonly panel: Panel | undefined;
  readonly target: Target | undefined;
  /** As it was sent. */
  readonly expr: string;
  readonly series: readonly AnsweredSeries[];
  readonly seconds: number;
  readonly error: string | undefined;
}

export interface AnsweredSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** Numbers that can be drawn: without NaN. */
  readonly values: readonly number[];
}

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  /** As the data source is told. */
  readonly scrapeSeconds: number;
  /** What queries are timed by, in seconds; by default the time on the wall. */
  readonly clock?: () => Promise<number>;
}

/** Of a screen 1,600 pixels wide, one point a pixel. */
const PIXELS_A_COLUMN = 1_600 / 24;

/** Every query of panels and annotations, one after the other, as Grafana sends it. @param only id of one panel */
export async function askDashboard(
  dashboard: Dashboard,
  prometheus: Prometheus,
  window: Window,
  chosen: Chosen,
  only?: number,
): Promise<Asked[]> {
  const asked: Asked[] = [];
  const panels = queryPanelsOf(dashboard).filter(({ id }) => only === undefined || id === only);
  for (const panel of panels) {
    const { fromMs, toMs } = shown(panel, window);
    const rangeSeconds = (toMs - fromMs) / 1_000;
    for (const target of (panel.targets ?? []).filter(({ hide }) => hide !== true)) {
      const minimum = target.interval ?? panel.interval;
      const points = panel.maxDataPoints ?? Math.round((panel.gridPos?.w ?? 24) * PIXELS_A_COLUMN);
      const minSeconds = minimum ? parseDuration(minimum) : window.scrapeSeconds;
      const stepSeconds = queryStep(rangeSeconds, points, minSeconds);
      const query = { target, panel, text: target.expr ?? '', stepSeconds, instant: target.instant === true };
      const where = `${dashboard.uid} ${nameOf(panel)} ${target.refId}`;
      const key = `${dashboard.uid}/${panel.id}/${target.refId}`;
      asked.push(await ask(prometheus, { ...window, fromMs, toMs }, chosen, { ...query, where, key }));
    }
  }
  const annotations = annotationsOf(dashboard).filter(({ builtIn }) => builtIn !== 1 && only === undefined);
  for (const annotation of annotations) {
    const query = { target: undefined, panel: undefined, text: exprOf(annotation), instant: false };
    const stepSeconds = annotation.step ? parseDuration(annotation.step) : window.scrapeSeconds;
    const where = `${dashboard.uid} annotation "${annotation.name}"`;
    const key = `${dashboard.uid}/annotation/${annotation.name}`;
    asked.push(await ask(prometheus, window, chosen, { ...query, stepSeconds, where, key }));
  }
  return asked;
}

interface Question {
  readonly where: string;
  readonly key: string;
  readonly panel: Panel | undefined;
  readonly target: Target | undefined;
  readonly text: string;
  readonly stepSeconds: number;
  readonly instant: boolean;
}

async function ask(
  prometheus: Prometheus,
  window: Window,
  chosen: Chosen,
  question: Question,
): Promise<Asked> {
  const { where, key, panel, target, text, stepSeconds, instant } = question;
  const { fromMs, toMs, scrapeSeconds } = window;
  const asked = { where, key, panel, target };
  const { clock = async () => performance.now() / 1_000 } = window;
  const startedAt = await clock();
  const seconds = async () => (await clock()) - startedAt;
  let expr = text;
  try {
    expr = interpolate(text, {
      variables: chosen,
      stepSeconds,
      rateIntervalSeconds: rateInterval(scrapeSeconds, stepSeconds),
      rangeSeconds: Math.round((toMs - fromMs) / 1_000),
    });
    const series = instant
      ? (await prometheus.query(expr, toMs)).map(({ metric, value }) => ({ labels: metric, values: [value] }))
      : (await prometheus.queryRange(expr, ...aligned(fromMs, toMs, stepSeconds))).map(
          ({ metric, values }) => ({
            labels: metric,
            values: values.map(([, value]) => value),
          }),
        );
    return { ...asked, expr, series: series.map(drawable), seconds: await seconds(), error: undefined };
  } catch (error) {
    return { ...asked, expr, series: [], seconds: await seconds(), error: messageOf(error) };
  }
}

/** Both ends on multiples of the step, as Grafana does. */
function aligned(fromMs: number, toMs: number, stepSeconds: number): [number, number, number] {
  const stepMs = stepSeconds * 1_000;
  return [Math.floor(fromMs / stepMs) * stepMs, Math.floor(toMs / stepMs) * stepMs, stepMs];
}

function drawable({ labels, values }: AnsweredSeries): AnsweredSeries {
  return { labels, values: values.filter((value) => !Number.isNaN(value)) };
}

/** The panel's own range where it has one. */
function shown({ timeFrom }: Panel, { fromMs, toMs }: Window): { fromMs: number; toMs: number } {
  return { toMs, fromMs: timeFrom ? toMs - parseDuration(timeFrom) * 1_000 : fromMs };
}

/**
 * What has nothing that could be drawn and should have. A timeline asks for shards that were down and for such that
 * were not: one of both has always something.
 */
export function emptyOf(asked: readonly Asked[]): Asked[] {
  const drawn = new Set(asked.filter((each) => !isEmpty(each)).map(({ panel }) => panel));
  return asked.filter(
    (each) => isEmpty(each) && !(each.panel?.type === 'state-timeline' && drawn.has(each.panel)),
  );
}

/** Nothing in it that could be drawn. */
export function isEmpty({ series, error }: Asked): boolean {
  return error === undefined && !series.some(({ values }) => values.length > 0);
}
