import { FIRST_ALERT, messageBody, messageTitle } from '../message.ts';
import { optional, required, SECRET_FILE, text } from './field.ts';
import type { IntegrationKind } from './kind.ts';

export interface SlackOptions {
  /** Address of an incoming webhook. */
  readonly apiUrlFile: string;
  /** Where the webhook is not of one channel. */
  readonly channel?: string;
}

export const slack: IntegrationKind<SlackOptions> = {
  key: 'slack_configs',
  fields: {
    apiUrlFile: required(SECRET_FILE),
    channel: optional(text('a channel such as #on-call, in quotes', /^[#@]?[\w.-]+$/)),
  },
  config: ({ apiUrlFile: file, channel }, take) => ({
    ...take({ option: 'apiUrlFile', file, key: 'api_url', since: '0.22', isAddress: true }),
    ...(channel !== undefined && { channel }),
    color:
      '{{ if eq .Status "resolved" }}good{{ else if eq .CommonLabels.severity "critical" }}danger{{ else }}warning{{ end }}',
    title: messageTitle(),
    title_link: `${FIRST_ALERT}{{ $first.Annotations.dashboard_url }}`,
    fallback: messageTitle(),
    text: messageBody({
      bold: (words) => `*${words}*`,
      link: (words, address) => `<${address}|${words}>`,
    }),
  }),
};
