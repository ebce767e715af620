import { discord, type DiscordOptions } from './discord.ts';
import { email, type EmailOptions } from './email.ts';
import { pagerduty, type PagerDutyOptions } from './pagerduty.ts';
import { slack, type SlackOptions } from './slack.ts';
import { webhook, type WebhookOptions } from './webhook.ts';

/** One way to tell somebody: exactly one of these. */
export interface Integration {
  readonly webhook?: WebhookOptions;
  readonly discord?: DiscordOptions;
  readonly slack?: SlackOptions;
  readonly pagerduty?: PagerDutyOptions;
  readonly email?: EmailOptions;
}

export type IntegrationName = keyof Integration;

export const INTEGRATIONS = { webhook, discord, slack, pagerduty, email } as const;
export const INTEGRATION_NAMES = Object.keys(INTEGRATIONS) as IntegrationName[];
