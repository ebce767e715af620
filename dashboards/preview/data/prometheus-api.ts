import type { Labels } from './frame.ts';

export interface Sample {
  readonly metric: Labels;
  readonly value: number;
}

export interface Series {
  readonly metric: Labels;
  /** [seconds since 1970, value] */
  readonly values: readonly (readonly [number, number])[];
}

export interface ActiveAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: string;
  readonly activeAt: string;
}

/** What the data stage asks; tests give answers of their own. */
export interface Source {
  instant(expr: string, atSeconds: number): Promise<readonly Sample[]>;
  range(expr: string, from: number, to: number, step: number): Promise<readonly Series[]>;
  labelValues(label: string, match: string | undefined, from: number, to: number): Promise<readonly string[]>;
  alerts(): Promise<readonly ActiveAlert[]>;
}

/** Prometheus said no, or did not answer. */
export class QueryFailed extends Error {
  readonly code = 'QUERY_FAILED';
}

const TIMEOUT_MS = 30_000;
/** A POST, as Grafana does it: a query may be longer than an address. */
const AS_FORM = ['/api/v1/query', '/api/v1/query_range'];

/** The HTTP API of a Prometheus, or of anything that speaks it. */
export class PrometheusApi implements Source {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '');
  }

  async instant(expr: string, atSeconds: number): Promise<readonly Sample[]> {
    const data = await this.#get<QueryData>('/api/v1/query', { query: expr, time: String(atSeconds) });
    if (data.resultType === 'scalar' || data.resultType === 'string') {
      const [, value] = data.result as unknown as [number, string];
      return [{ metric: {}, value: parseValue(value) }];
    }
    return data.result.map(({ metric, value }) => ({ metric, value: parseValue(value?.[1] ?? 'NaN') }));
  }

  async range(expr: string, from: number, to: number, step: number): Promise<readonly Series[]> {
    const data = await this.#get<QueryData>('/api/v1/query_range', {
      query: expr,
      start: String(from),
      end: String(to),
      step: String(step),
    });
    return data.result.map(({ metric, values = [] }) => ({
      metric,
      values: values.map(([time, value]) => [time, parseValue(value)] as const),
    }));
  }

  async labelValues(
    label: string,
    match: string | undefined,
    from: number,
    to: number,
  ): Promise<readonly string[]> {
    return this.#get(`/api/v1/label/${encodeURIComponent(label)}/values`, {
      start: String(from),
      end: String(to),
      ...(match !== undefined && { 'match[]': match }),
    });
  }

  async alerts(): Promise<readonly ActiveAlert[]> {
    return (await this.#get<{ alerts: readonly ActiveAlert[] }>('/api/v1/alerts', {})).alerts;
  }

  /** The scrape interval of its configuration, in seconds as text: what a data source in Grafana is told. */
  async scrapeInterval(): Promise<string> {
    const { yaml } = await this.#get<{ yaml: string }>('/api/v1/status/config', {});
    const global = /^global:\n(?:[ ]+.*\n)*?[ ]+scrape_interval: (\S+)$/m.exec(yaml);
    return global?.[1] ?? '1m';
  }

  async #get<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const form = new URLSearchParams(parameters);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let answer: { status: string; data: T; error?: string };
    try {
      const response = AS_FORM.includes(path)
        ? await fetch(this.#url + path, { method: 'POST', body: form, signal })
        : await fetch(`${this.#url}${path}?${form.toString()}`, { signal });
      answer = (await response.json()) as typeof answer;
    } catch (error) {
      throw new QueryFailed(`no answer from ${this.#url}${path}`, { cause: error });
    }
    if (answer.status !== 'success') throw new QueryFailed(answer.error ?? answer.status);
    return answer.data;
  }
}

interface QueryData {
  readonly resultType: string;
  readonly result: readonly {
    readonly metric: Labels;
    readonly value?: readonly [number, string];
    readonly values?: readonly (readonly [number, string])[];
  }[];
}

/** Prometheus writes numbers as text: +Inf, -Inf and NaN are among them. */
function parseValue(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
