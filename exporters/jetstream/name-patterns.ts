/**
 * A predicate over names from comma-separated patterns, in which `*` stands for any characters and `?`
 * for one: `DISCORD_*,TASKS`. No pattern matches nothing.
 */
export function matchesAny(patterns: string): (name: string) => boolean {
  const expressions = patterns
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern.length > 0)
    .map((pattern) => new RegExp(`^${pattern.split('').map(toExpression).join('')}$`));
  return (name) => expressions.some((expression) => expression.test(name));
}

function toExpression(character: string): string {
  if (character === '*') return '.*';
  if (character === '?') return '.';
  return character.replace(/[\\^$.+()[\]{}|]/, String.raw`\$&`);
}
