import type { Runbook } from './parsed-runbook.ts';

/** `[Name](Name.md), step 2` or `, A` */
const AFTER = /\[(\w+)\]\(\1\.md\), (?:step (\d+)|([A-Z])\b)/gi;
/** `Step 2 of [Name](Name.md)` or `A of ...` */
const BEFORE = /\b(?:step (\d+)|([A-Z])) of \[(\w+)\]\(\3\.md\)/gi;
/** Of the runbook named just before. */
const THERE = /step \d+ there/gi;

/** Steps and actions of the runbook itself that a text of it sends to. */
export function ownReferences(runbook: Runbook, text: string): { steps: string[]; actions: string[] } {
  const own = runbook.prose(text).replaceAll(AFTER, '').replaceAll(BEFORE, '').replaceAll(THERE, '');
  const steps = [...own.matchAll(/\bstep (\d+)/gi)];
  const actions = [...own.matchAll(/\b(?:[Dd]o|or|with|in|from|[Tt]hen do) ([A-G])\b/g)];
  return {
    steps: steps.map(([, mark = '']) => mark),
    actions: actions.map(([, mark = '']) => mark),
  };
}

/** Steps and actions of other runbooks that a runbook sends to. */
export function foreignReferences(runbook: Runbook): (readonly [name: string, mark: string])[] {
  const text = runbook.prose(runbook.markdown);
  return [
    ...[...text.matchAll(AFTER)].map(([, name = '', step, action = '']) => [name, step ?? action] as const),
    ...[...text.matchAll(BEFORE)].map(([, step, action = '', name = '']) => [name, step ?? action] as const),
  ];
}
