import type { Scenario } from '../scenario.ts';
import { CALM } from './calm.ts';
import { HEARTBEATS } from './heartbeats.ts';
import { MEMORY } from './memory.ts';
import { OUTAGES } from './outages.ts';
import { SHARDS } from './shards.ts';
import { WORKERS } from './workers.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...HEARTBEATS,
  ...SHARDS,
  ...WORKERS,
  ...MEMORY,
  ...OUTAGES,
  ...CALM,
];
