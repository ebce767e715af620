import { podsAreHardened } from './hardening.ts';
import {
  budgetsMatch,
  everythingIsScrapedOnce,
  namesAreGood,
  podsAreSpread,
  scaledObjectsScaleSomething,
  secretsAreFiles,
  selectorsMatch,
  serviceAccountsExist,
  servicesHavePods,
  type Question,
} from './semantics.ts';

/** What is asked about everything that the chart renders. */
export const QUESTIONS = {
  selectorsMatch,
  servicesHavePods,
  everythingIsScrapedOnce,
  budgetsMatch,
  podsAreSpread,
  serviceAccountsExist,
  secretsAreFiles,
  namesAreGood,
  scaledObjectsScaleSomething,
  podsAreHardened,
} as const satisfies Record<string, Question>;
