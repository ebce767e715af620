import { decimal, integer, oneOf, secret, text, url, type Environment, readEnv } from './env.ts';
import { LOG_LEVELS, type LogLevel } from './log.ts';
import type { NatsConfig } from './nats/connect-nats.ts';

/** What every process reads, whatever it does. */
export interface RuntimeConfig {
  readonly logLevel: LogLevel;
  /** Of this release; `dev` in a checkout. */
  readonly version: string;
  readonly nats: NatsConfig;
  readonly telemetry: TelemetryConfig;
}

export interface TelemetryConfig {
  readonly version: string;
  /** Empty: no traces leave the process. */
  readonly otlpEndpoint: string;
  /** Share of events that are traced, 0 to 1. */
  readonly traceSampleRatio: number;
  /** Empty: no errors are reported. */
  readonly sentryDsn: string;
  readonly sentryTracesSampleRate: number;
  readonly environment: string;
}

export const RUNTIME_VARIABLES = {
  LOG_LEVEL: oneOf(LOG_LEVELS, { default: 'info' }),
  NATS_URL: text(
    'comma-separated addresses such as nats://127.0.0.1:4222 (user and password are NATS_USER and NATS_PASSWORD)',
    {
      default: 'nats://127.0.0.1:4222',
      pattern: /^((nats|tls):\/\/)?[^\s,/@]+(,((nats|tls):\/\/)?[^\s,/@]+)*$/,
    },
  ),
  NATS_USER: text('a user name', { default: '' }),
  NATS_PASSWORD: secret('a password', { default: '' }),
  NATS_TOKEN: secret('a token', { default: '' }),
  NATS_CREDS_FILE: text('the path of a credentials file', { default: '' }),
  NATS_TLS_CA_FILE: text('the path of a CA certificate', { default: '' }),
  NATS_TLS_CERT_FILE: text('the path of a client certificate', { default: '' }),
  NATS_TLS_KEY_FILE: text("the path of the client certificate's key", { default: '' }),
  NATS_CONNECT_TIMEOUT_MS: integer({ min: 0, max: 3_600_000, default: 30_000 }),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:'], { default: '' }),
  OTEL_TRACES_SAMPLER_ARG: decimal({ min: 0, max: 1, default: 0.2 }),
  SENTRY_DSN: secret('a Sentry DSN, https://<key>@<host>/<project>', {
    default: '',
    pattern: /^https?:\/\/\w+(:\w+)?@[^/]+(\/.*)?\/\d+$/,
  }),
  SENTRY_TRACES_SAMPLE_RATE: decimal({ min: 0, max: 1, default: 0.2 }),
  SHARDWATCH_VERSION: text('a version such as 1.2.3', { default: 'dev', pattern: /^[\w.+-]+$/ }),
  DEPLOYMENT_ENVIRONMENT: text('a name such as production', { default: 'production' }),
};

type RuntimeValues = ReturnType<typeof readEnv<typeof RUNTIME_VARIABLES>>;

/** Shapes what `readEnv` read of RUNTIME_VARIABLES. */
export function runtimeConfig(values: RuntimeValues): RuntimeConfig {
  return {
    logLevel: values.LOG_LEVEL,
    nats: {
      url: values.NATS_URL,
      user: values.NATS_USER,
      password: values.NATS_PASSWORD,
      token: values.NATS_TOKEN,
      credsFile: values.NATS_CREDS_FILE,
      tlsCaFile: values.NATS_TLS_CA_FILE,
      tlsCertFile: values.NATS_TLS_CERT_FILE,
      tlsKeyFile: values.NATS_TLS_KEY_FILE,
      connectTimeoutMs: values.NATS_CONNECT_TIMEOUT_MS,
    },
    version: values.SHARDWATCH_VERSION,
    telemetry: {
      version: values.SHARDWATCH_VERSION,
      otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
      traceSampleRatio: values.OTEL_TRACES_SAMPLER_ARG,
      sentryDsn: values.SENTRY_DSN,
      sentryTracesSampleRate: values.SENTRY_TRACES_SAMPLE_RATE,
      environment: values.DEPLOYMENT_ENVIRONMENT,
    },
  };
}

/** Every value that must not be written anywhere. */
export function secretsOf({ nats, telemetry }: RuntimeConfig): string[] {
  return [nats.password, nats.token, telemetry.sentryDsn];
}

/** For processes that need nothing else. */
export function readRuntimeConfig(env: Environment): RuntimeConfig {
  return runtimeConfig(readEnv(env, RUNTIME_VARIABLES));
}
