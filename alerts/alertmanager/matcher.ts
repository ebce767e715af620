/** What alerts have in common, by one of their labels. A missing label is an empty one. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '=~';
  /** With `=~` a regular expression for the whole value. */
  readonly value: string;
}

export function is(label: string, value: string): Matcher {
  return { label, operator: '=', value };
}

export function isOneOf(label: string, ...values: readonly string[]): Matcher {
  const [only] = values;
  if (only !== undefined && values.length === 1) return is(label, only);
  return { label, operator: '=~', value: values.join('|') };
}

/** As Alertmanager writes it: `severity="critical"`. */
export function showMatcher({ label, operator, value }: Matcher): string {
  return `${label}${operator}"${value}"`;
}

export function matches(matchers: readonly Matcher[], labels: Readonly<Record<string, string>>): boolean {
  return matchers.every(({ label, operator, value }) => {
    const actual = labels[label] ?? '';
    return operator === '=' ? actual === value : new RegExp(`^(?:${value})$`).test(actual);
  });
}
