import { DEFAULT_SETTINGS } from '../../settings.ts';
import { alertmanagerConfig } from '../config-file.ts';
import { localReceivers } from '../local-receivers.ts';
import type { AlertmanagerSettings, Timing } from '../settings.ts';

const SECOND: Timing = { groupWait: '1s', groupInterval: '1s', repeatInterval: '1h' };

/** Seconds instead of minutes, in the order of the real ones. */
export const FAST_TIMING: AlertmanagerSettings['timing'] = {
  page: SECOND,
  unseen: { ...SECOND, groupWait: '3s' },
  ticket: SECOND,
  default: SECOND,
  deadMan: { groupWait: '0s', groupInterval: '2s', repeatInterval: '1s' },
};

/** Everything to webhooks of one server. */
export function fastConfig(url: string): string {
  const settings = { version: '0.25', receivers: localReceivers(url), timing: FAST_TIMING };
  return alertmanagerConfig(settings, DEFAULT_SETTINGS);
}
