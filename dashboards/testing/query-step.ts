/** [below this many ms, the step is this many ms]: `roundInterval` of @grafana/data (rangeutil.ts). */
const ROUNDED: readonly (readonly [belowMs: number, stepMs: number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1500, 1000],
  [3500, 2000],
  [7500, 5000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
  [1_814_400_000, 604_800_000],
];

/**
 * The step (`$__interval`) that Grafana chooses for a panel: one point a pixel, rounded, never finer than
 * `minStepSeconds` (the target's own minimum, else the data source's scrape interval).
 */
export function queryStep(rangeSeconds: number, maxDataPoints: number, minStepSeconds: number): number {
  const wantedMs = (rangeSeconds * 1000) / maxDataPoints;
  const rounded = ROUNDED.find(([belowMs]) => wantedMs < belowMs);
  const stepMs = rounded === undefined ? 2_592_000_000 : rounded[1];
  return Math.max(stepMs / 1000, minStepSeconds);
}

/** "30s", "1m30s", "500ms", "1h" in seconds, as Prometheus and Grafana write durations. */
export function parseDuration(text: string): number {
  const secondsOf: Record<string, number> = {
    ms: 0.001,
    s: 1,
    m: 60,
    h: 3600,
    d: 86_400,
    w: 604_800,
    y: 31_536_000,
  };
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/.test(text)) {
    throw new Error(`expected a duration such as 30s, 5m or 1h, got "${text}"`);
  }
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)) {
    seconds += Number(amount) * (secondsOf[unit ?? ''] ?? Number.NaN);
  }
  return seconds;
}
