import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { ALERT_NAMES } from '../alerts/thresholds.ts';
import { COLORS } from './colors.ts';
import { DATASOURCE } from './panels/target.ts';
import { BOT, by, selectAnyJob } from './select.ts';

/** How long an alert, a process or a version counts as new, in seconds: at least one step. */
const RECENT_SECONDS = 30;
const STEP = '15s';

/** Matcher of our alerts: the same Prometheus may have others. */
export const OUR_ALERTS = `alertname=~"${ALERT_NAMES.join('|')}"`;

/**
 * When alerts began to fire: a mark, since a band for as long as they fire would hide what it is about.
 * By name and not by shard: a thousand shards that are slow are one fault.
 */
export function firingAlerts(severity: 'warning' | 'critical'): AnnotationQueryBuilder {
  const alerts = selectAnyJob('ALERTS', OUR_ALERTS, 'alertstate="firing"', `severity="${severity}"`);
  const firing = (when = '') => `count ${by('alertname', 'severity')} (${alerts}${when})`;
  return annotation(
    severity === 'critical' ? 'Critical alerts' : 'Warnings',
    `${firing()}\nunless ${firing(` offset ${RECENT_SECONDS}s`)}`,
    COLORS[severity],
  )
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}}')
    .tagKeys(`severity,${BOT}`)
    .enable(severity === 'critical');
}

/**
 * Deploys, scaling and crashes alike, on every orchestrator: from the processes' own start times.
 * @param processes matcher of those that the dashboard is about
 */
export function starts(processes: string): AnnotationQueryBuilder {
  const started = selectAnyJob('process_start_time_seconds', processes);
  return annotation(
    'Process starts',
    `count ${by('job')} (time() - ${started} < ${RECENT_SECONDS})`,
    COLORS.information,
  )
    .titleFormat('{{job}} started')
    .textFormat('a deploy, scaling, or a restart')
    .tagKeys(`job,${BOT}`);
}

/**
 * A version that was not there a while ago.
 * @param processes matcher of those that the dashboard is about
 */
export function deploys(processes: string): AnnotationQueryBuilder {
  const running = selectAnyJob('shardwatch_build_info', processes);
  return annotation(
    'New versions',
    `count ${by('component', 'version')} (${running})
unless count ${by('component', 'version')} (${running} offset ${RECENT_SECONDS}s)`,
    COLORS.other,
  )
    .titleFormat('{{component}} {{version}} deployed')
    .textFormat('the first process of this version')
    .tagKeys(`component,version,${BOT}`);
}

function annotation(name: string, expr: string, color: string): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(DATASOURCE)
    .expr(expr)
    .step(STEP)
    .enable(true)
    .hide(false)
    .iconColor(color);
}
