import { ADDRESS, optional, SECRET_FILE } from './field.ts';
import type { IntegrationKind } from './kind.ts';

/** Alertmanager's own JSON, by POST: for a ticket system, a bridge, or a dead man's switch. */
export interface WebhookOptions {
  /** Where it holds no secret, such as a service of the same cluster. */
  readonly url?: string;
  readonly urlFile?: string;
  /** For a bearer token. */
  readonly credentialsFile?: string;
}

export const webhook: IntegrationKind<WebhookOptions> = {
  key: 'webhook_configs',
  fields: {
    url: optional(ADDRESS),
    urlFile: optional(SECRET_FILE),
    credentialsFile: optional(SECRET_FILE),
  },
  problem: ({ url, urlFile }) =>
    (url === undefined) === (urlFile === undefined)
      ? 'expected either url or urlFile (for an address that is a secret)'
      : undefined,
  config: ({ url, urlFile, credentialsFile }, take) => ({
    ...(url !== undefined && { url }),
    // 0.26 and 0.27 have it and crash over it.
    ...(urlFile !== undefined &&
      take({ option: 'urlFile', file: urlFile, key: 'url', since: '0.28', isAddress: true })),
    ...(credentialsFile !== undefined && {
      http_config: { authorization: { credentials_file: credentialsFile } },
    }),
  }),
};
