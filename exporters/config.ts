import { RUNTIME_VARIABLES, runtimeConfig, secretsOf, type RuntimeConfig } from '../runtime/config.ts';
import { ADVISORIES_STREAM } from '../runtime/nats/consumer-advisory.ts';
import { DEFAULT_PORTS } from '../runtime/default-ports.ts';
import { integer, oneOf, readEnv, text, type Environment } from '../runtime/env.ts';
import type { SelectionOptions } from './jetstream/selection.ts';

export interface ExporterConfig extends RuntimeConfig {
  readonly port: number;
  readonly selection: SelectionOptions;
  readonly advisoriesStream: string;
  readonly collectTimeoutMs: number;
  readonly secrets: readonly string[];
}

const PATTERNS = 'comma-separated names, in which * stands for any characters and ? for one';
/** What names of streams and consumers can consist of, beside the two wildcards. */
const PATTERN_LIST = /^[^\s.>/\\]+$/;

function patterns(fallback: string) {
  return text(PATTERNS, { default: fallback, pattern: PATTERN_LIST });
}

export const EXPORTER_VARIABLES = {
  ...RUNTIME_VARIABLES,
  PORT: integer({ min: 0, max: 65_535, default: DEFAULT_PORTS.exporter }),
  JETSTREAM_STREAMS: patterns('*'),
  JETSTREAM_STREAMS_EXCLUDED: patterns(''),
  JETSTREAM_CONSUMERS: patterns('*'),
  JETSTREAM_CONSUMERS_EXCLUDED: patterns(''),
  JETSTREAM_EPHEMERAL_CONSUMERS: oneOf(['exclude', 'include'], { default: 'exclude' }),
  JETSTREAM_ADVISORIES_STREAM: text('the name of a stream', {
    default: ADVISORIES_STREAM,
    pattern: /^[^\s.*>/\\]+$/,
  }),
  /** Below the 10 s that Prometheus waits for a scrape, above twice the 4 s that servers wait for leaders. */
  JETSTREAM_COLLECT_TIMEOUT_MS: integer({ min: 100, max: 120_000, default: 9_000 }),
};

/** @throws {CodedError} CONFIG_INVALID with every fault */
export function readExporterConfig(env: Environment): ExporterConfig {
  const values = readEnv(env, EXPORTER_VARIABLES);
  const runtime = runtimeConfig(values);
  return {
    ...runtime,
    port: values.PORT,
    selection: {
      streams: values.JETSTREAM_STREAMS,
      excludedStreams: values.JETSTREAM_STREAMS_EXCLUDED,
      consumers: values.JETSTREAM_CONSUMERS,
      excludedConsumers: values.JETSTREAM_CONSUMERS_EXCLUDED,
      ephemeral: values.JETSTREAM_EPHEMERAL_CONSUMERS === 'include',
    },
    advisoriesStream: values.JETSTREAM_ADVISORIES_STREAM,
    collectTimeoutMs: values.JETSTREAM_COLLECT_TIMEOUT_MS,
    secrets: secretsOf(runtime),
  };
}
