/**
 * The markdown with other text between `<!-- name: begin -->` and `<!-- name: end -->`.
 * @throws {RangeError} when the marks do not stand there exactly once, in this order
 */
export function replaceBlock(markdown: string, name: string, text: string): string {
  const { start, end } = findBlock(markdown, name);
  return `${markdown.slice(0, start)}\n\n${text.trim()}\n\n${markdown.slice(end)}`;
}

/** What stands between the marks. @throws {RangeError} as `replaceBlock` */
export function blockText(markdown: string, name: string): string {
  const { start, end } = findBlock(markdown, name);
  return markdown.slice(start, end).trim();
}

function findBlock(markdown: string, name: string): { start: number; end: number } {
  const [begin, finish] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const start = markdown.indexOf(begin) + begin.length;
  const end = markdown.indexOf(finish);
  const once = markdown.split(begin).length === 2 && markdown.split(finish).length === 2;
  if (!once || end < start) throw new RangeError(`expected ${begin} and then ${finish}, each once`);
  return { start, end };
}
