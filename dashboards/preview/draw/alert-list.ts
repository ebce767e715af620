import type { ActiveAlert } from '../data/prometheus-api.ts';
import type { PanelModel } from '../data/panel-model.ts';
import { formatUnit } from '../data/units.ts';
import { escapeHtml, type Size } from './html.ts';
import type { DrawContext } from './timeseries.ts';

interface AlertListOptions {
  readonly alertName?: string;
  readonly maxItems?: number;
  readonly stateFilter?: { readonly firing?: boolean; readonly pending?: boolean };
  readonly alertInstanceLabelFilter?: string;
}

const ROW_HEIGHT = 44;
const SHOWN_LABELS = ['shard', 'consumer_name', 'component', 'job', 'instance'];

/** What Prometheus says is firing or pending. */
export function drawAlertList(
  { panel, alerts = [] }: PanelModel,
  size: Size,
  { range, theme }: DrawContext,
): string {
  const options = (panel.options ?? {}) as AlertListOptions;
  if (options.alertInstanceLabelFilter)
    throw new Error('an alert list with a label filter is not drawn here');
  const { firing = true, pending = true } = options.stateFilter ?? {};
  const wanted = alerts
    .filter(({ state }) => (state === 'firing' ? firing : pending))
    .filter(({ labels }) => (labels['alertname'] ?? '').includes(options.alertName ?? ''))
    .toSorted((a, b) => rank(a) - rank(b));
  if (wanted.length === 0) return '<div class="nothing">No alerts matching filters</div>';
  const room = Math.min(options.maxItems ?? 20, Math.floor(size.height / ROW_HEIGHT));
  const rows = wanted.slice(0, room).map((alert) => {
    const { labels, state } = alert;
    const where = SHOWN_LABELS.flatMap((name) => (labels[name] ? [`${name}=${labels[name]}`] : []));
    const since = formatUnit((range.to - Date.parse(alert.activeAt)) / 1_000, 'dtdurations', 0);
    const color = theme.color(state === 'firing' ? 'red' : 'orange');
    return `<div class="alert" style="border-left-color:${color};height:${ROW_HEIGHT - 6}px">
      <div>${escapeHtml(labels['alertname'] ?? '')} <em>${escapeHtml(where.join(' '))}</em></div>
      <div class="since"><b style="color:${color}">${escapeHtml(state)}</b> for ${escapeHtml(since)}</div></div>`;
  });
  const more = wanted.length > room ? `<div class="more">${wanted.length - room} more</div>` : '';
  return rows.join('') + more;
}

function rank({ state, labels }: ActiveAlert): number {
  return (state === 'firing' ? 0 : 2) + (labels['severity'] === 'critical' ? 0 : 1);
}
