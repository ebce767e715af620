import { readEnv, secret, url, type Environment } from '../../../runtime/env.ts';

export interface DemoConfig {
  /** Empty: the simulator plays Discord. */
  readonly discordToken: string;
  /** Empty: Discord's own. */
  readonly discordApiUrl: string;
  /** Handed on to every process. LOG_LEVEL is not: the demo waits for lines of level info. */
  readonly passedOn: Readonly<Record<string, string>>;
}

const VARIABLES = {
  DISCORD_TOKEN: secret('the bot token', { default: '', pattern: /^[\w.-]+$/ }),
  DISCORD_API_URL: url(['http:', 'https:'], { default: '' }),
};

const PASSED_ON = [
  'PATH',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_TRACES_SAMPLER_ARG',
  'SENTRY_DSN',
  'SENTRY_TRACES_SAMPLE_RATE',
  'DEPLOYMENT_ENVIRONMENT',
  'DISCORD_INTENTS',
] as const;

/** @throws {CodedError} CONFIG_INVALID */
export function readDemoConfig(env: Environment): DemoConfig {
  const values = readEnv(env, VARIABLES);
  const passedOn: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = env[name];
    if (value) passedOn[name] = value;
  }
  return { discordToken: values.DISCORD_TOKEN, discordApiUrl: values.DISCORD_API_URL, passedOn };
}
