const WINDOW_MS = 60_000;
const MAX_PER_KIND = 5;
const MAX_KINDS = 200;

/**
 * Says whether one more error of this kind may be reported: a handler that fails at every event must
 * not cost its process what reporting each of them would. All are counted in metrics anyway.
 */
export function createErrorBudget(): (kind: string, nowMs: number) => boolean {
  let spent = new Map<string, number>();
  let startedAtMs = Number.NEGATIVE_INFINITY;
  return (kind, nowMs) => {
    if (nowMs - startedAtMs >= WINDOW_MS) {
      spent = new Map();
      startedAtMs = nowMs;
    }
    const count = spent.get(kind) ?? 0;
    if (count >= MAX_PER_KIND || (count === 0 && spent.size >= MAX_KINDS)) return false;
    spent.set(kind, count + 1);
    return true;
  };
}
