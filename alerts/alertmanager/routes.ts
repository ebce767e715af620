import { WATCHDOG, type AlertName } from '../thresholds.ts';
import { is, isOneOf, type Matcher } from './matcher.ts';
import type { AlertmanagerSettings, ReceiverName, Timing } from './settings.ts';

export interface Route {
  readonly why: string;
  /** None: every alert. */
  readonly matchers: readonly Matcher[];
  /** Undefined: nobody. */
  readonly receiver: ReceiverName | undefined;
  /** Alerts that agree on these labels are one message. */
  readonly groupBy: readonly string[];
  readonly timing: Timing;
  /** The first that matches takes the alert; this route where none does. */
  readonly routes: readonly Route[];
}

/** `scope`: that the whole bot is down must page although one shard has long been known to be. */
const GROUP_BY = ['namespace', 'alertname', 'scope'];

/** @param groupBy labels beside `namespace` that tell one installation from another */
export function routes({ receivers, timing }: AlertmanagerSettings, groupBy: readonly string[]): Route {
  const common = { groupBy: [...new Set([...groupBy, ...GROUP_BY])], routes: [] };
  const unseen: AlertName = 'MonitoringTargetDown';
  return {
    ...common,
    why: 'Everything that is neither warning nor critical.',
    matchers: [],
    receiver: receivers.default.length > 0 ? 'default' : 'ticket',
    timing: timing.default,
    routes: [
      {
        ...common,
        why: 'Fires always; a receiver outside tells somebody when it no longer hears it.',
        matchers: [is('alertname', WATCHDOG)],
        receiver: receivers.deadMan.length > 0 ? 'deadMan' : undefined,
        timing: timing.deadMan,
      },
      {
        ...common,
        why: 'Somebody gets up now.',
        matchers: [is('severity', 'critical')],
        receiver: 'page',
        timing: timing.page,
        routes: [
          {
            ...common,
            why: 'A process that is gone is told by what it leaves undone; only if nothing is, by its absence.',
            matchers: [is('alertname', unseen), isOneOf('component', 'gateway', 'worker')],
            receiver: 'page',
            timing: timing.unseen,
          },
        ],
      },
      {
        ...common,
        why: 'Somebody looks tomorrow.',
        matchers: [is('severity', 'warning')],
        receiver: 'ticket',
        timing: timing.ticket,
      },
    ],
  };
}
