import { WATCHDOG } from '../../../alerts/thresholds.ts';
import type { Notification, PageReceiver } from '../page-receiver.ts';

/** What tells one alert of a name from another. */
const WHERE = ['shard', 'consumer_name', 'component', 'instance'] as const;

/** Tells of each page and ticket as it arrives; the Watchdog's are of no interest to people. */
export function showPages(pages: PageReceiver, note: (text: string) => void): void {
  pages.onNotification((notification) => {
    if (notification.alertname !== WATCHDOG) note(describe(notification));
  });
}

function describe({ receiver, status, alertname, severity, labels, annotations }: Notification): string {
  const where = WHERE.flatMap((name) => (labels[name] ? [`${name} ${labels[name]}`] : [])).join(', ');
  const what = [alertname, severity, where && `(${where})`].filter(Boolean).join(' ');
  if (status === 'resolved') return `over: ${what}`;
  return `${receiver}: ${what}: ${annotations['summary'] ?? ''} ${annotations['runbook_url'] ?? ''}`.trim();
}
