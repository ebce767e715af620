import { THRESHOLDS, type Duration } from '../thresholds.ts';
import {
  between,
  cycle,
  drift,
  flat,
  leak,
  memorySeries,
  restarting,
  rising,
  saw,
  stepAt,
  warmUp,
  weekend,
  type MemoryStory,
} from './memory-stories.ts';
import { linked } from './linked.ts';
import type { RuleCase } from './rule-case.ts';

const alert = 'ContainerMemoryLeakSuspected';
const { horizon } = THRESHOLDS[alert];
/** Coarser than in production: days have to pass. */
const step: Duration = '20m';
const DAY = 86_400;

/** What every process does: some base, and the saw of garbage collection. */
const base = [flat(230), saw(30)];
const since = (days: number) => () => days * DAY;

/** 1 MiB an hour from the start of the process, and what may hide it. */
const LEAKING: Readonly<Record<string, MemoryStory>> = {
  plain: { courses: [...base, leak(1)], startedAt: since(0) },
  'with a daily cycle': { courses: [...base, leak(1), cycle(20, 1)], startedAt: since(0) },
  'with a high saw': { courses: [flat(200), saw(120), leak(1)], startedAt: since(0) },
};

const WELL: Readonly<Record<string, MemoryStory>> = {
  flat: { courses: base },
  'a high saw': { courses: [flat(200), saw(150)] },
  'a daily cycle': { courses: [...base, cycle(80, 1)] },
  'busy weekends': { courses: [...base, weekend(60), cycle(40, 1)] },
  'a deploy that needs more': { courses: [...base, stepAt(80, 5)] },
  'a deploy a day that needs more each time': { courses: [...base, stepAt(30, 4), stepAt(30, 6)] },
  'caches that fill quickly, then slowly, then no more': {
    courses: [...base, rising(0, 100, 0.125, 4), rising(0, 30, 2.5, 4.1)],
  },
  'a floor that comes up under a ceiling that rose once': {
    courses: [between(rising(150, 290, 7), rising(400, 440, 0.1, 4))],
  },
  'a restart': {
    courses: [flat(150), saw(30), restarting(warmUp(100, 8), 6)],
    startedAt: (at) => (at < 6 * DAY ? 0 : 6 * DAY),
  },
  'a restart every day': {
    courses: [flat(150), saw(30), restarting(leak(4), 1)],
    startedAt: (at) => Math.floor(at / DAY) * DAY,
  },
  'a warm-up': { courses: [flat(180), saw(30), warmUp(150, 24)], startedAt: since(0) },
  drift: { courses: [...base, drift(15)] },
  'a leak too slow to matter within the horizon': { courses: [flat(100), saw(30), leak(0.5)] },
  'a leak of a young process': {
    courses: [flat(150), saw(30), restarting(leak(3), 2.5)],
    startedAt: (at) => Math.floor(at / (2.5 * DAY)) * 2.5 * DAY,
  },
  'a limit of 0': { courses: [...base, leak(1)], limitBytes: 0 },
};

const found = (names: readonly string[]) =>
  names.map((instance) => ({ severity: 'warning', instance }) as const);

export const leakCases: readonly RuleCase[] = [
  {
    name: '1 MB an hour under 512 MiB is found within four days, and not before there are days to compare',
    step,
    series: memorySeries(LEAKING, '8d', step),
    quiet: [{ alert, until: '3d' }],
    expect: [
      { alert, at: '4d', firing: found(Object.keys(LEAKING)) },
      { alert, at: '190h', firing: found(Object.keys(LEAKING)) },
    ],
  },
  {
    name: 'what is no leak is silent for two weeks',
    step,
    series: memorySeries(WELL, '14d', step),
    quiet: [{ alert, until: '14d' }],
  },
  {
    name: 'annotations',
    step,
    series: memorySeries({ 'g1:8080': { courses: [flat(230), leak(1)] } }, '5d', step),
    wording: [
      {
        alert,
        at: '4d',
        labels: { severity: 'warning', job: 'gateway', instance: 'g1:8080' },
        annotations: {
          summary: 'The memory of a container rises day after day: it leaks.',
          description: `The floor of Instance g1:8080 of job gateway rose by 24MiB in a day and by about as much the day before; at this rate the limit is reached within ${horizon}. First compare with the other processes and with what was deployed before it began; a restart resets it until the cause is found.`,
          runbook_url:
            'https://github.com/shardwatch/shardwatch/blob/main/alerts/runbooks/ContainerMemoryLeakSuspected.md',
          ...linked('runtime', 203, '&var-component=gateway&var-instance=g1%3A8080', 'now-7d'),
        },
      },
    ],
  },
];
