const ID = /^\d+$/;
const WORD = /^[a-z][a-z0-9-]{0,31}$|^@(me|original)$/;
/** What follows the id of these is a secret. */
const WITH_TOKEN = new Set(['interactions', 'webhooks']);

/**
 * The path with everything that varies replaced, as a metric label and span name:
 * `/channels/:id/messages/:id`. Never a token, and not more values than the API has routes.
 */
export function routeOf(path: string): string {
  const segments = path.split('?', 1)[0]?.split('/') ?? [];
  return segments.map((segment, index) => templated(segment, index, segments)).join('/');
}

function templated(segment: string, index: number, segments: readonly string[]): string {
  if (segment === '' && index === 0) return '';
  if (WITH_TOKEN.has(segments[index - 2] ?? '')) return ':token';
  if (segments[index - 1] === 'reactions') return ':reaction';
  if (ID.test(segment)) return ':id';
  return WORD.test(segment) ? segment : ':other';
}
