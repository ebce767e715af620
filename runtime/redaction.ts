export const REDACTED = '[redacted]';

/** Interaction and webhook tokens stand in REST paths, which errors quote. */
const TOKEN_IN_PATH = /(\/(?:interactions|webhooks)\/\d+\/)[\w.-]+/g;
/** V8 quotes the text that it could not parse, which may be a message: `... "he said" is not valid JSON`. */
const QUOTED_BY_PARSER = /Unexpected token .{1,4}, .{0,200}? is not valid JSON/gs;
/** Shorter ones, and numbers, may stand in a line by chance. */
const MIN_DISTINCT_LENGTH = 8;
const JSON_STRING = /"(?:[^"\\]|\\.)*"/g;

export type Redaction = (text: string) => string;

/**
 * Blots out secrets, however JSON or a URL would write them, tokens in paths, and what a JSON parser
 * quotes. A JSON line stays one: a short or numeric secret is blotted out only where it stands by
 * itself within a string.
 */
export function createRedaction(secrets: readonly string[]): Redaction {
  const forms = new Set(secrets.filter(Boolean).flatMap(formsOf));
  // The longest first: one may contain another.
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  const distinct = sorted.filter(isDistinct);
  const ambiguous = sorted.filter((form) => !isDistinct(form));
  const alone =
    ambiguous.length > 0
      ? new RegExp(`(?<![\\w-])(?:${ambiguous.map(escapeRegExp).join('|')})(?![\\w-])`, 'g')
      : undefined;
  return (text) => {
    let clean = text;
    if (clean.includes('/')) clean = clean.replace(TOKEN_IN_PATH, `$1${REDACTED}`);
    if (clean.includes('is not valid JSON')) clean = clean.replace(QUOTED_BY_PARSER, 'Not valid JSON');
    for (const secret of distinct) clean = clean.replaceAll(secret, REDACTED);
    if (!alone) return clean;
    if (!clean.startsWith('{')) return clean.replace(alone, REDACTED);
    return clean.replace(JSON_STRING, (string) => string.replace(alone, REDACTED));
  };
}

function formsOf(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
}

function isDistinct(secret: string): boolean {
  return secret.length >= MIN_DISTINCT_LENGTH && !/^\d+$/.test(secret);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
