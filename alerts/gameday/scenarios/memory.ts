import { kernelFigures } from '../../../exporters/memory/testing/kernel-figures.ts';
import { Subject } from '../../../exporters/memory/testing/subject.ts';
import { findPlace, TestCgroup } from '../../../exporters/memory/testing/test-cgroup.ts';
import { limitOf } from '../limits.ts';
import type { Severity } from '../../thresholds.ts';
import type { PagingScenario } from '../scenario.ts';

const ALERT = 'ContainerMemoryHigh';
/** Wide enough that what the worker itself does changes little. */
const LIMIT_BYTES = 1024 ** 3;
const WORKER = 'voice-tracker';

export const MEMORY: readonly PagingScenario[] = [
  full('memory-high', 'warning', 0.87),
  full('memory-critical', 'critical', 0.97),
];

/** A real cgroup with a real limit, which another process in it fills. */
function full(name: string, severity: Severity, share: number): PagingScenario {
  let filled: { readonly version: 1 | 2; readonly folder: string } | undefined;
  return {
    kind: 'pages',
    name,
    title: `a worker's container uses ${share * 100}% of its memory`,
    expects: [
      {
        alertname: ALERT,
        severity,
        labels: {},
        isTrue: async () => {
          if (!filled) return false;
          const { workingSet, limit } = kernelFigures(filled.version, filled.folder);
          return workingSet / limit > limitOf(ALERT, severity);
        },
      },
    ],
    along: [ALERT],
    impossible: async () => {
      const place = await findPlace();
      return typeof place === 'string' ? place : undefined;
    },
    inject: async (fleet) => {
      const place = await findPlace();
      if (typeof place === 'string') throw new Error(place);
      const worker = fleet.worker(WORKER);
      const cgroup = new TestCgroup(place, name);
      cgroup.limitTo(LIMIT_BYTES);
      cgroup.add(worker.pid);
      const filler = await Subject.start(cgroup);
      const { version } = place;
      const { workingSet } = kernelFigures(version, cgroup.folder);
      await filler.hold(Math.round(LIMIT_BYTES * share) - workingSet);
      filled = { version, folder: cgroup.folder };
      return async () => {
        filled = undefined;
        await filler[Symbol.asyncDispose]();
        await worker.stop();
        await cgroup[Symbol.asyncDispose]();
        await worker.startAgain();
      };
    },
  };
}
