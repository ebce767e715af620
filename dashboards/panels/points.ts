/**
 * Points of a graph over more than an hour, so that a day of a thousand shards is answered within a second; over
 * an hour or less there is one for each scrape.
 */
const MOST_POINTS = {
  /** A rate is of its whole step: fewer points lose nothing. */
  rate: 240,
  /** Two minutes apart over a day: no outage that pages falls between two. */
  value: 480,
} as const;

export function mostPoints(exprs: readonly string[]): number {
  const areRates = exprs.every((expr) => expr.includes('$__rate_interval'));
  return areRates ? MOST_POINTS.rate : MOST_POINTS.value;
}
