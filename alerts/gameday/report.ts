import type { AlertResult, ScenarioResult } from './result.ts';

const COLUMNS = [
  'scenario',
  'expected',
  'crossed',
  'floor',
  'told',
  'over',
  'end',
  'false',
  'lost',
  '',
] as const;

/** One line a scenario and expected alert, seconds from the injection; for people. */
export function renderTable(results: readonly ScenarioResult[]): string {
  const rows = [COLUMNS.map(String), ...results.flatMap(rowsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What a person wants to know first. */
export function summaryOf(results: readonly ScenarioResult[]): string {
  const count = (matches: (result: ScenarioResult) => boolean) => results.filter(matches).length;
  const skipped = count(({ skipped: reason }) => reason !== undefined);
  const failed = count(({ ok }) => !ok);
  const lost = results.reduce((sum, { eventsLost = 0 }) => sum + eventsLost, 0);
  const falseAlerts = results.reduce((sum, { falseAlerts: all = [] }) => sum + all.length, 0);
  return `${results.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped; false alerts ${falseAlerts}, events lost ${lost}`;
}

function rowsOf(result: ScenarioResult): string[][] {
  const {
    name,
    kind,
    skipped,
    failure,
    alerts = [],
    resolvedMs,
    falseAlerts = [],
    eventsLost = 0,
    ok,
  } = result;
  const note = skipped !== undefined ? `skipped: ${skipped}` : (failure ?? '');
  const tail = [String(falseAlerts.length), String(eventsLost), verdict(ok, note || falseAlerts.join('; '))];
  if (note || alerts.length === 0) {
    return [[name, kind === 'calm' ? 'nobody is told' : '', '', '', '', '', '', ...tail]];
  }
  return alerts.map((alert, index) => {
    const { alertname, severity, crossedMs, floorMs, toldMs, problem } = alert;
    const last = index === alerts.length - 1;
    return [
      index === 0 ? name : '',
      `${alertname} ${severity}`,
      seconds(crossedMs),
      seconds(floorMs),
      seconds(toldMs),
      seconds(overFloor(alert)),
      last ? seconds(resolvedMs) : '',
      ...(last ? tail : ['', '', '']).slice(0, 2),
      verdict(alert.ok && (!last || ok), problem ?? (last ? falseAlerts.join('; ') : '')),
    ];
  });
}

function overFloor({ toldMs, floorMs }: AlertResult): number | undefined {
  return toldMs === undefined || floorMs === undefined ? undefined : toldMs - floorMs;
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? '-' : (ms / 1_000).toFixed(1);
}

function verdict(ok: boolean, note: string): string {
  return [ok ? 'ok' : 'FAILED', note].filter(Boolean).join(': ');
}
