import { COMPONENTS } from '../settings.ts';
import { secondsOf, THRESHOLDS, type Duration } from '../thresholds.ts';
import type { RuleCase } from './rule-case.ts';
import { linked } from './linked.ts';
import { gone, hold, inTurn, plus } from './values.ts';

const alert = 'MonitoringTargetDown';
const { critical, natsKeepFiringFor } = THRESHOLDS[alert];
const DOWN_AT: Duration = '2m';
const FIRES_AT = plus(DOWN_AT, secondsOf(critical.for) / 15);
const KEPT = secondsOf(natsKeepFiringFor) / 15;

const up = (job: string, instance: string, values: string) => ({
  [`up{job="${job}",instance="${instance}"}`]: values,
});
const nats = (values: string) => ({
  'jetstream_exporter_up{job="exporter",instance="exporter:9090"}': values,
});
const all = Object.assign(
  {},
  ...COMPONENTS.map((job) => up(job, `${job}:1`, hold(1, '30m'))),
) as RuleCase['series'];
const downFor = (time: Duration) => inTurn(hold(1, DOWN_AT), hold(0, time), hold(1, '20m'));
const of = (component: string, more: Record<string, string> = {}) =>
  ({ severity: 'critical', component, ...more }) as const;

export const targetDownCases: readonly RuleCase[] = [
  ...COMPONENTS.flatMap((component): RuleCase[] => [
    {
      name: `${component}: one that does not answer fires, and not one step earlier`,
      series: { ...all, ...up(component, 'bad:1', downFor('10m')) },
      expect: [
        { alert, at: plus(FIRES_AT, -1), pending: [of(component, { instance: 'bad:1' })] },
        { alert, at: FIRES_AT, firing: [of(component, { instance: 'bad:1' })] },
        { alert, at: '12m' },
      ],
    },
    {
      name: `${component}: none known at all fires`,
      series: {
        ...all,
        [`up{job="${component}",instance="${component}:1"}`]: inTurn(hold(1, DOWN_AT), gone('20m')),
      },
      expect: [
        { alert, at: plus(FIRES_AT, -1), pending: [of(component)] },
        { alert, at: FIRES_AT, firing: [of(component)] },
      ],
    },
    {
      name: `${component}: a restart is silent`,
      series: { ...all, ...up(component, 'restarts:1', downFor('105s')) },
      quiet: [{ alert, until: '20m' }],
    },
  ]),
  {
    name: 'one of several that is taken out of the targets is silent',
    series: { ...all, ...up('worker', 'worker:2', inTurn(hold(1, '5m'), gone('20m'))) },
    quiet: [{ alert, until: '20m' }],
  },
  {
    name: 'NATS that the exporter cannot read fires, and not one step earlier',
    series: { ...all, ...nats(downFor('10m')) },
    expect: [
      { alert, at: plus(FIRES_AT, -1), pending: [of('nats')] },
      { alert, at: FIRES_AT, firing: [of('nats')] },
      { alert, at: plus('12m', KEPT - 1), firing: [of('nats')] },
      { alert, at: plus('12m', KEPT) },
    ],
  },
  {
    name: 'NATS that restarts is silent',
    series: { ...all, ...nats(downFor('30s')) },
    quiet: [{ alert, until: '20m' }],
  },
  {
    name: 'annotations: an instance',
    series: { ...all, ...up('gateway', '10.0.0.7:8080', downFor('10m')) },
    wording: [
      {
        alert,
        at: '10m',
        labels: of('gateway', { job: 'gateway', instance: '10.0.0.7:8080' }),
        annotations: wording('Gateway 10.0.0.7:8080 has not answered its scrape for 2m (job gateway).'),
      },
    ],
  },
  {
    name: 'annotations: none known',
    series: { ...all, 'up{job="gateway",instance="gateway:1"}': gone('20m') },
    wording: [
      {
        alert,
        at: '10m',
        labels: of('gateway', { job: 'gateway' }),
        annotations: wording('Prometheus has known no gateway at all for 2m (job gateway).'),
      },
    ],
  },
  {
    name: 'annotations: NATS',
    series: { ...all, ...nats(hold(0, '30m')) },
    wording: [
      {
        alert,
        at: '10m',
        labels: of('nats', { job: 'exporter', instance: 'exporter:9090' }),
        annotations: {
          ...links(),
          summary: 'NATS cannot be seen: it is down, or does not answer the exporter.',
          description: `Exporter exporter:9090 has not been able to read JetStream for ${critical.for}. Gateways hold their events back and shards close resumably. First see whether nats-server runs, has disk space and a JetStream leader, then the exporter's log.`,
        },
      },
    ],
  },
];

function wording(what: string) {
  return {
    ...links(),
    summary: 'A gateway cannot be seen: nothing else will tell what happens to it.',
    description: `${what} Alerts about it are silent meanwhile. First see whether the process runs and what its last lines say; if it does, whether Prometheus can reach its /metrics.`,
  };
}

function links() {
  return {
    runbook_url: 'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/MonitoringTargetDown.md',
    ...linked('overview', 3),
  };
}
