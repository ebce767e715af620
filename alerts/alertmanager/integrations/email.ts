import { htmlBody, messageBody, messageTitle, PLAIN } from '../message.ts';
import { optional, required, SECRET_FILE, text, YES_OR_NO } from './field.ts';
import type { IntegrationKind } from './kind.ts';

export interface EmailOptions {
  /** One address, or several with commas between them. */
  readonly to: string;
  readonly from: string;
  /** `host:port` of the mail server. */
  readonly smarthost: string;
  readonly authUsername?: string;
  readonly authPasswordFile?: string;
  /** Only a server on this machine may do without; true where it is not said. */
  readonly requireTls?: boolean;
}

const MAILBOX = String.raw`[^\s@,]+@[^\s@,]+`;
const MAILBOXES = new RegExp(String.raw`^${MAILBOX}(\s*,\s*${MAILBOX})*$`);

export const email: IntegrationKind<EmailOptions> = {
  key: 'email_configs',
  fields: {
    to: required(text('an email address, or several with commas between them', MAILBOXES)),
    from: required(text('an email address', new RegExp(`^${MAILBOX}$`))),
    smarthost: required(text('host:port of a mail server', /^[^\s:/]+:\d+$/)),
    authUsername: optional(text('a user name')),
    authPasswordFile: optional(SECRET_FILE),
    requireTls: optional(YES_OR_NO),
  },
  problem: ({ authUsername, authPasswordFile }) =>
    (authUsername === undefined) === (authPasswordFile === undefined)
      ? undefined
      : 'expected authUsername and authPasswordFile together, or neither',
  config: ({ to, from, smarthost, authUsername, authPasswordFile: file, requireTls = true }, take) => ({
    to,
    from,
    smarthost,
    ...(authUsername !== undefined && { auth_username: authUsername }),
    ...(file !== undefined &&
      take({ option: 'authPasswordFile', file, key: 'auth_password', since: '0.25' })),
    require_tls: requireTls,
    headers: { Subject: messageTitle() },
    text: messageBody(PLAIN),
    html: htmlBody(),
  }),
};
