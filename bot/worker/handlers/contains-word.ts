const BETWEEN_WORDS = /[^\p{L}\p{N}_]+/u;

/** Whole words, whatever their case. `words` are in lower case. */
export function containsWord(text: string, words: ReadonlySet<string>): boolean {
  if (words.size === 0) return false;
  for (const word of text.toLowerCase().split(BETWEEN_WORDS)) if (words.has(word)) return true;
  return false;
}
