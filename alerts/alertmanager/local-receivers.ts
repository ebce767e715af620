import type { AlertmanagerSettings } from './settings.ts';

/** Everything to webhooks of one server: `<url>/page`, `/ticket`, `/default`, `/watchdog`. */
export function localReceivers(url: string): AlertmanagerSettings['receivers'] {
  const to = (path: string) => [{ webhook: { url: `${url}/${path}` } }];
  return { page: to('page'), ticket: to('ticket'), default: to('default'), deadMan: to('watchdog') };
}
