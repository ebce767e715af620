import { messageBody, messageTitle } from '../message.ts';
import { required, SECRET_FILE } from './field.ts';
import type { IntegrationKind } from './kind.ts';

export interface DiscordOptions {
  /** Address of a channel's webhook: who has it can write there. */
  readonly webhookUrlFile: string;
}

export const discord: IntegrationKind<DiscordOptions> = {
  key: 'discord_configs',
  fields: { webhookUrlFile: required(SECRET_FILE) },
  config: ({ webhookUrlFile: file }, take) => ({
    // 0.27 has it and ignores it.
    ...take({ option: 'webhookUrlFile', file, key: 'webhook_url', since: '0.28', isAddress: true }),
    title: messageTitle(),
    message: messageBody({
      bold: (text) => `**${text}**`,
      link: (text, address) => `[${text}](${address})`,
    }),
  }),
};
