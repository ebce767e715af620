import { THRESHOLDS } from '../thresholds.ts';
import { boundaryCases } from './boundary-cases.ts';
import type { RuleCase } from './rule-case.ts';
import { linked } from './linked.ts';
import { gone, hold, inTurn, nothing, plus, repeated } from './values.ts';

const alert = 'ContainerMemoryHigh';
const { warning, critical } = THRESHOLDS[alert];
const LIMIT = 1_000_000;
const DEEP = '2h';

interface MemoryStory {
  readonly instance?: string;
  readonly pod?: string;
  readonly used: string;
  readonly limit?: string;
}

function memory({ instance = 'g0', pod, used, limit = hold(LIMIT, DEEP) }: MemoryStory) {
  const of = `job="gateway",instance="${instance}"${pod ? `,pod="${pod}",namespace="bots",container="gateway"` : ''}`;
  return {
    [`bot_container_memory_working_set_bytes{${of}}`]: used,
    [`bot_container_memory_limit_bytes{${of}}`]: limit,
  };
}

const share = (value: number, time: '30m' | '2h' = '30m') => hold(value * LIMIT, time);
/** A garbage collection every two minutes, peaks above the warning. */
const SAW = repeated(15, '700000 750000 800000 850000 900000 900000 850000 700000');

export const memoryHighCases: readonly RuleCase[] = [
  ...boundaryCases({ alert, series: (value) => memory({ used: share(value) }), labels: { instance: 'g0' } }),
  {
    name: 'a container that saws across the limit opens one ticket and keeps it',
    series: memory({ used: inTurn(share(0.9), SAW, share(0.5)) }),
    unbroken: [{ alert, from: warning.for, until: '60m' }],
  },
  {
    name: 'a container that saws across the limit, never above it for long, is silent',
    series: memory({ used: SAW }),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'resolves when it has been below for as long as it is kept',
    series: memory({ used: inTurn(share(0.99), share(0.5, DEEP)) }),
    expect: [
      { alert, at: '29m', firing: [{ severity: 'warning' }, { severity: 'critical' }] },
      { alert, at: plus('30m', 4 * 14), firing: [{ severity: 'warning' }, { severity: 'critical' }] },
      { alert, at: plus('30m', 4 * 16), firing: [{ severity: 'warning' }] },
      { alert, at: plus('30m', 4 * 61) },
    ],
  },
  {
    name: 'without a limit there is no share',
    series: memory({ used: hold(10 * LIMIT, '30m'), limit: nothing('30m') }),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'a limit of 0 means none and is no division by zero',
    series: memory({ used: share(1), limit: hold(0, '30m') }),
    quiet: [{ alert, until: '30m' }],
  },
  {
    name: 'one container of several, by instance where there are no pods, both severities',
    series: {
      ...memory({ instance: 'g0', used: share(0.5) }),
      ...memory({ instance: 'g1', used: share(0.99) }),
      ...memory({ instance: 'g2', used: share(0.9) }),
    },
    expect: [
      {
        alert,
        at: '10m',
        firing: [
          { severity: 'warning', instance: 'g1' },
          { severity: 'warning', instance: 'g2' },
          { severity: 'critical', instance: 'g1' },
        ],
      },
    ],
  },
  {
    name: 'a container that was killed and is another one now starts from its own memory',
    series: {
      ...memory({ instance: 'g0', used: inTurn(share(0.96, '30m').replace(/x\d+$/, 'x2'), gone('25m')) }),
      ...memory({ instance: 'g1', used: inTurn(nothing('1m'), share(0.3)) }),
    },
    quiet: [{ alert, until: '25m' }],
  },
  {
    name: 'annotations: a pod',
    series: memory({ pod: 'gateway-2', instance: '10.0.0.7:8080', used: share(0.97) }),
    wording: [
      {
        alert,
        at: critical.for,
        labels: {
          severity: 'critical',
          job: 'gateway',
          instance: '10.0.0.7:8080',
          pod: 'gateway-2',
          namespace: 'bots',
          container: 'gateway',
        },
        annotations: wording(
          'Pod gateway-2 of job gateway in namespace bots uses 97%',
          '10.0.0.7%3A8080&var-namespace=bots',
        ),
      },
    ],
  },
  {
    name: 'annotations: no pod',
    series: memory({ instance: 'g1:8080', used: share(0.97) }),
    wording: [
      {
        alert,
        at: critical.for,
        labels: { severity: 'critical', job: 'gateway', instance: 'g1:8080' },
        annotations: wording('Instance g1:8080 of job gateway uses 97%', 'g1%3A8080'),
      },
    ],
  },
];

function wording(what: string, instance: string) {
  return {
    summary: 'A container is close to its memory limit.',
    description: `${what} of its memory limit; the threshold is ${critical.value * 100}% for ${critical.for}. Above 100% the kernel kills it. First see whether it rises or came with load; a restart gives time, a higher limit or fewer shards a process gives room.`,
    runbook_url: 'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/ContainerMemoryHigh.md',
    ...linked('runtime', 201, `&var-component=gateway&var-instance=${instance}`),
  };
}
