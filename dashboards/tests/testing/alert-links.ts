import type { AlertingRule } from '../../../alerts/rules/rule.ts';

const LABEL = /\{\{ \$labels\.(\w+) \| urlquery \}\}/g;
const WITH = /\{\{ with \$labels\.(\w+) \}\}(.*?)\{\{ end \}\}/g;

/** Labels whose values a link takes from the alert. */
export function labelsNamedIn(link: string): Set<string> {
  const conditional = [...link.matchAll(WITH)].map(([, label = '']) => label);
  return new Set([...link.matchAll(LABEL)].map(([, label = '']) => label).concat(conditional));
}

/** As Prometheus fills it in. @param absent labels that this alert does not have, whose parts are left out */
export function filledIn(link: string, absent: ReadonlySet<string> = new Set()): string {
  return link
    .replaceAll(WITH, (_, label: string, text: string) => (absent.has(label) ? '' : text))
    .replaceAll('{{ . | urlquery }}', 'value')
    .replaceAll(LABEL, (_, label: string) => `a-${label}`);
}

/** Variable -> label of the alert that fills it. */
export function variablesFilledBy({ annotations }: AlertingRule): Map<string, string> {
  const link = annotations['dashboard_url'] ?? '';
  const plain = link.matchAll(/var-(\w+)=\{\{ \$labels\.(\w+) \| urlquery \}\}/g);
  const conditional = link.matchAll(/\{\{ with \$labels\.(\w+) \}\}&var-(\w+)=\{\{ \. \| urlquery \}\}/g);
  return new Map([
    ...[...plain].map(([, variable = '', label = '']) => [variable, label] as const),
    ...[...conditional].map(([, label = '', variable = '']) => [variable, label] as const),
  ]);
}
