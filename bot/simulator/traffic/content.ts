import type { Random } from '../random.ts';

/** Stands in some messages, for whoever moderates. */
export const BLOCKED_WORD = 'spamlink';

const PHRASES = 400;
const MIN_WORDS = 3;
const MAX_WORDS = 24;
const WORDS =
  'the a we you anybody tomorrow tonight raid map server update patch release build team match score green blue ' +
  'music song channel voice ready wait later now maybe sure great nice thanks please question answer idea plan ' +
  'event party game level boss quest café naïve 👍 🎉 über jalapeño link picture video stream start stop again';

/** What people write, as JSON texts of strings. */
export interface Content {
  readonly ordinary: readonly string[];
  /** Each has the blocked word in it. */
  readonly blocked: readonly string[];
}

export function createContent(random: Random): Content {
  const words = WORDS.split(' ');
  const word = () => words[Math.floor(random() * words.length)]!;
  const phrase = () => {
    const count = MIN_WORDS + Math.floor(random() * (MAX_WORDS - MIN_WORDS));
    return Array.from({ length: count }, word);
  };
  const blocked = () => phrase().with(0, BLOCKED_WORD);
  const texts = (make: () => string[]) =>
    Array.from({ length: PHRASES }, () => JSON.stringify(make().join(' ')));
  return { ordinary: texts(phrase), blocked: texts(blocked) };
}
