/** Debian 12's. */
export const OLDEST_VERSION = '0.25';

const VERSION = /^\d+\.\d+(\.\d+)?$/;

/** Whether it is the version of an Alertmanager that we write configurations for. */
export function isVersion(value: unknown): value is string {
  return typeof value === 'string' && VERSION.test(value) && isAtLeast(value, OLDEST_VERSION);
}

export function isAtLeast(version: string, oldest: string): boolean {
  const [a, b] = [version, oldest].map((each) => each.split('.').map(Number));
  const [major = 0, minor = 0] = a ?? [];
  const [oldMajor = 0, oldMinor = 0] = b ?? [];
  return major > oldMajor || (major === oldMajor && minor >= oldMinor);
}
