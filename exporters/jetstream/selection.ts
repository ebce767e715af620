import { matchesAny } from './name-patterns.ts';

export interface SelectionOptions {
  /** Patterns of name-patterns.ts. */
  readonly streams: string;
  readonly excludedStreams: string;
  readonly consumers: string;
  readonly excludedConsumers: string;
  /**
   * Consumers without a durable name come and go, each with a name of its own: series without end, and
   * a page for a backlog that nobody minds. They are left out unless asked for.
   */
  readonly ephemeral: boolean;
}

/** Which streams and consumers are watched. */
export class Selection {
  readonly #includesStream: (name: string) => boolean;
  readonly #includesConsumer: (name: string) => boolean;
  readonly #ephemeral: boolean;

  constructor(options: SelectionOptions) {
    this.#includesStream = included(options.streams, options.excludedStreams);
    this.#includesConsumer = included(options.consumers, options.excludedConsumers);
    this.#ephemeral = options.ephemeral;
  }

  stream(name: string): boolean {
    return this.#includesStream(name);
  }

  consumer(name: string, durable: boolean): boolean {
    return (durable || this.#ephemeral) && this.#includesConsumer(name);
  }
}

function included(patterns: string, excludedPatterns: string): (name: string) => boolean {
  const wanted = matchesAny(patterns);
  const unwanted = matchesAny(excludedPatterns);
  return (name) => wanted(name) && !unwanted(name);
}
