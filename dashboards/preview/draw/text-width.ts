const NARROW = new Set("iIlj.,:;'|! ()[]{}ft1r/-");
const WIDE = new Set('mwMW@%');

/** About how wide Inter draws a text, in pixels: enough to leave room for it. */
export function textWidth(text: string, fontSize: number): number {
  let em = 0;
  for (const character of text) {
    if (NARROW.has(character)) em += 0.34;
    else if (WIDE.has(character)) em += 0.86;
    else em += /[A-Z]/.test(character) ? 0.68 : 0.6;
  }
  return em * fontSize;
}
