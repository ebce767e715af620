import type { ActiveAlert, Sample, Series, Source } from '../data/prometheus-api.ts';

/** Answers that a test lays down, by expression; what is asked is written down. */
export class CannedSource implements Source {
  readonly asked: string[] = [];
  readonly samples = new Map<string, readonly Sample[]>();
  readonly series = new Map<string, readonly Series[]>();
  readonly labels = new Map<string, readonly string[]>();
  activeAlerts: readonly ActiveAlert[] = [];

  async instant(expr: string): Promise<readonly Sample[]> {
    return this.#answer(this.samples, expr);
  }

  async range(expr: string, from: number, to: number, step: number): Promise<readonly Series[]> {
    this.asked.push(`${from}..${to} step ${step}`);
    return this.#answer(this.series, expr);
  }

  async labelValues(label: string, match: string | undefined): Promise<readonly string[]> {
    return this.#answer(this.labels, `${match ?? ''} -> ${label}`);
  }

  async alerts(): Promise<readonly ActiveAlert[]> {
    return this.activeAlerts;
  }

  #answer<T>(answers: ReadonlyMap<string, T>, expr: string): T {
    this.asked.push(expr);
    const answer = answers.get(expr);
    if (answer === undefined) throw new Error(`nobody expected the query ${expr}`);
    return answer;
  }
}
