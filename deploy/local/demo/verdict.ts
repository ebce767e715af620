import type { Comparison } from './ledger-check.ts';
import type { Reading } from './reading.ts';
import { clock, rounded } from './render-status.ts';

export interface Outcome {
  readonly reading: Reading;
  /** Undefined against Discord, which keeps no ledger for us. */
  readonly ledger: Comparison | undefined;
  readonly simulatorRestarts: number;
  /** Consumer -> messages in its stream under its subject: what it had to handle. */
  readonly toHandle: ReadonlyMap<string, number>;
}

const SHOWN_IDS = 5;

/** What speaks against the run: empty when events flowed and nothing was lost. */
export function problemsOf({ reading, ledger, simulatorRestarts, toHandle }: Outcome): string[] {
  const { totals, gateways } = reading;
  const problems: string[] = [];
  if (totals.stored === 0) problems.push('no event was stored');
  for (const { name, shards } of gateways) {
    const waiting = [...shards]
      .filter(([, state]) => state !== 'ready')
      .map(([id, state]) => `${id} ${state}`);
    if (shards.size === 0) problems.push(`${name} does not answer`);
    if (waiting.length > 0) problems.push(`shards of ${name} that are not ready: ${waiting.join(', ')}`);
  }
  if (simulatorRestarts > 0) problems.push('the simulator ended in between: its ledger is not whole');
  if (ledger?.dispatched === 0) problems.push('the simulator dispatched nothing');
  if (ledger && ledger.missing.length > 0)
    problems.push(`dispatches that are not stored: ${some(ledger.missing)}`);
  if (ledger && ledger.repeated.length > 0) problems.push(`stored more than once: ${some(ledger.repeated)}`);
  if (totals.lost > 0) problems.push(`the gateways count ${totals.lost} events as lost`);
  if (totals.deadLetters !== 0) problems.push(`dead letters: ${totals.deadLetters ?? 'unknown'}`);
  return [...problems, ...unhandled({ reading, toHandle, endless: !ledger })];
}

/** Whether all that the consumers had to handle is handled. */
export function isHandled(question: Parameters<typeof unhandled>[0]): boolean {
  return unhandled(question).length === 0;
}

/** @param endless events go on coming, so that some are always in work */
function unhandled(
  question: Pick<Outcome, 'reading' | 'toHandle'> & { readonly endless: boolean },
): string[] {
  const { reading, toHandle, endless } = question;
  const problems: string[] = [];
  for (const { name, lag, handled } of reading.consumers) {
    const expected = toHandle.get(name) ?? 0;
    const restarts = reading.services.find((service) => service.name === name)?.restarts ?? 0;
    if (!endless && lag !== 0)
      problems.push(`${name} still has ${lag ?? 'an unknown number of'} events to handle`);
    // The last counts of a killed worker are gone with it; that nothing is left was checked above.
    else if (handled < expected && restarts === 0)
      problems.push(`${name} handled ${handled} of ${expected} events`);
  }
  return problems;
}

/** The closing lines. */
export function summaryOf(outcome: Outcome): string[] {
  const { reading, ledger, toHandle } = outcome;
  const { totals, consumers, elapsedMs } = reading;
  return [
    `ran ${clock(elapsedMs)}, restarts ${totals.restarts}`,
    ledger
      ? `dispatched ${rounded(ledger.dispatched)}, stored exactly once ${rounded(ledger.storedOnce)}, ` +
        `missing ${ledger.missing.length}, repeated ${ledger.repeated.length}`
      : `received ${rounded(totals.taken)}, stored ${rounded(totals.stored)}`,
    ...consumers.map(
      ({ name, handled, redelivered }) =>
        `${name}: handled ${rounded(handled)} of ${rounded(toHandle.get(name) ?? 0)}, redelivered ${rounded(redelivered)}`,
    ),
    `dead letters ${totals.deadLetters ?? 'unknown'}, REST calls ${rounded(totals.restRequests)}` +
      [...totals.restFailures].map(([status, count]) => `, answered ${status}: ${rounded(count)}`).join(''),
  ];
}

function some(ids: readonly string[]): string {
  const more = ids.length > SHOWN_IDS ? ` and ${ids.length - SHOWN_IDS} more` : '';
  return ids.slice(0, SHOWN_IDS).join(', ') + more;
}
