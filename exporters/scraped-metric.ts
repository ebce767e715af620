import type { Registry } from 'prom-client';

import type { WritesItself } from '../runtime/exposition.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined: there is no such number now, and so no series. */
  readonly value: number | undefined;
}

/** Untyped: a name that ends as those of histograms do, which linters allow to nothing else. */
type MetricType = 'gauge' | 'counter' | 'untyped';

const ESCAPED = /[\\\n"]/;

/** A promise where the numbers must be fetched first. */
export type ReadSamples = () => Iterable<Sample> | Promise<Iterable<Sample>>;

/**
 * A family whose samples are computed at each scrape. prom-client's own gauges and counters hash
 * every label set on every update; here nothing is kept, so nothing can be stale.
 */
class ScrapedMetric implements WritesItself {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly aggregator = 'sum';
  readonly #samples: ReadSamples;

  constructor(type: MetricType, name: string, help: string, samples: ReadSamples) {
    this.type = type;
    this.name = name;
    this.help = help;
    this.#samples = samples;
  }

  async get(): Promise<object> {
    const values: Sample[] = [];
    for (const sample of await this.#samples()) if (sample.value !== undefined) values.push(sample);
    return { name: this.name, help: this.help, type: this.type, values, aggregator: this.aggregator };
  }

  async text(): Promise<string> {
    const lines = [`# HELP ${this.name} ${escaped(this.help)}`, `# TYPE ${this.name} ${this.type}`];
    for (const { labels, value } of await this.#samples()) {
      if (value !== undefined) lines.push(`${this.name}${labelsText(labels)} ${valueText(value)}`);
    }
    return lines.join('\n');
  }

  reset(): void {
    // Nothing is kept between scrapes.
  }
}

export function scrapedGauge(registry: Registry, name: string, help: string, samples: ReadSamples): void {
  register(registry, new ScrapedMetric('gauge', name, help, samples));
}

export function scrapedUntyped(registry: Registry, name: string, help: string, samples: ReadSamples): void {
  register(registry, new ScrapedMetric('untyped', name, help, samples));
}

/** The samples must never fall while the process lives. */
export function scrapedCounter(registry: Registry, name: string, help: string, samples: ReadSamples): void {
  register(registry, new ScrapedMetric('counter', name, help, samples));
}

/** All families of a scrape are collected in one turn of the event loop: they share one reading. */
export function oncePerScrape<T>(read: () => T): () => T {
  let reading: { readonly value: T } | undefined;
  return () => {
    if (!reading) {
      reading = { value: read() };
      queueMicrotask(() => {
        reading = undefined;
      });
    }
    return reading.value;
  };
}

function labelsText(labels: Sample['labels']): string {
  let text = '';
  for (const name in labels) {
    text += `${text === '' ? '{' : ','}${name}="${escaped(labels[name] ?? '', true)}"`;
  }
  return text === '' ? '' : `${text}}`;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details */
function escaped(text: string, quotesToo = false): string {
  if (!ESCAPED.test(text)) return text;
  const escapedText = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return quotesToo ? escapedText.replaceAll('"', '\\"') : escapedText;
}

function valueText(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}

/** The registry asks no more of a metric than a name and `get()`; its type names its own classes. */
function register(registry: Registry, metric: ScrapedMetric): void {
  registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
}
