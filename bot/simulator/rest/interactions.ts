import type { InteractionEntry } from '../ledger/entries.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** How long an interaction's token can be used: https://docs.discord.com/developers/interactions/receiving-and-responding */
export const TOKEN_LIFETIME_MS = 900_000;

interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly entry: { -readonly [K in keyof InteractionEntry]: InteractionEntry[K] };
}

export type AnswerResult = 'answered' | 'late' | 'duplicate' | 'unknown';

/** Every interaction whose token is still good, and what became of it. */
export class Interactions {
  readonly #ledger: Ledger;
  readonly #deadlineMs: number;
  readonly #byId = new Map<string, Interaction>();
  readonly #byToken = new Map<string, Interaction>();

  constructor(ledger: Ledger, deadlineMs: number) {
    this.#ledger = ledger;
    this.#deadlineMs = deadlineMs;
  }

  /** From here on the deadline runs. */
  create(id: string, token: string, command: string, createdAt: number): void {
    this.#forgetOld(createdAt);
    const entry = { id, command, createdAt, answeredAt: undefined, outcome: undefined };
    const interaction: Interaction = { id, token, entry };
    this.#byId.set(id, interaction);
    this.#byToken.set(token, interaction);
    this.#ledger.interactionCreated(entry);
  }

  answer(id: string, token: string, nowMs: number): AnswerResult {
    const interaction = this.#byId.get(id);
    if (!interaction || interaction.token !== token) return 'unknown';
    const result = this.#decide(interaction.entry, nowMs);
    interaction.entry.answeredAt ??= nowMs;
    interaction.entry.outcome = result;
    this.#ledger.interactionOutcome(result);
    return result;
  }

  /** The id of an interaction that was answered in time; its follow-ups go by the token. */
  answeredByToken(token: string): string | undefined {
    const interaction = this.#byToken.get(token);
    const outcome = interaction?.entry.outcome;
    return outcome === 'answered' || outcome === 'duplicate' ? interaction?.id : undefined;
  }

  #decide(entry: InteractionEntry, nowMs: number): Exclude<AnswerResult, 'unknown'> {
    if (entry.outcome === 'answered' || entry.outcome === 'duplicate') return 'duplicate';
    return nowMs - entry.createdAt > this.#deadlineMs ? 'late' : 'answered';
  }

  #forgetOld(nowMs: number): void {
    for (const interaction of this.#byId.values()) {
      if (nowMs - interaction.entry.createdAt < TOKEN_LIFETIME_MS) return;
      this.#byId.delete(interaction.id);
      this.#byToken.delete(interaction.token);
    }
  }
}
