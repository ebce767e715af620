import type { AlertName } from '../../alerts/thresholds.ts';
import type { DashboardSettings } from '../dashboard.ts';
import { link } from '../links.ts';
import type { Place } from './about.ts';

/** A panel that shows what an alert compares leads to what to do about it. */
export function withRunbook(place: Place, { runbooks }: DashboardSettings, alert: AlertName): Place {
  const runbook = link(`Runbook: ${alert}`, `${runbooks}/${alert}.md`).targetBlank(true);
  return { ...place, links: [...(place.links ?? []), runbook] };
}
