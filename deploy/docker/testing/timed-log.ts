/** Prints lines with the seconds since it was made: what takes long in a test that takes long. */
export function timedLog(): (line: string) => void {
  const startedAtMs = performance.now();
  return (line) => console.info(`${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s: ${line}`);
}
