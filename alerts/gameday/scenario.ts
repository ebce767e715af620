import type { AlertName, Severity } from '../thresholds.ts';
import type { Fleet } from './fleet.ts';

/** An alert that a fault must lead to. */
export interface ExpectedAlert {
  readonly alertname: AlertName;
  readonly severity: Severity;
  /** Those that the alert must carry, among others. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Whether reality is beyond the alert's limit now, by figures of the source itself: what the monitoring
   * sees is what is on trial.
   */
  readonly isTrue: (fleet: Fleet) => Promise<boolean>;
}

export type Heal = () => Promise<void>;

/** A fault that somebody must be told of. */
export interface PagingScenario {
  readonly kind: 'pages';
  readonly name: string;
  readonly title: string;
  readonly expects: readonly ExpectedAlert[];
  /** Names of alerts that the same fault may raise beside them, as tickets. */
  readonly along: readonly AlertName[];
  /** @returns what ends the fault */
  readonly inject: (fleet: Fleet) => Promise<Heal>;
  /** A reason in words where this machine cannot do it. */
  readonly impossible?: () => Promise<string | undefined>;
}

/** Something that happens to every fleet, and that nobody wants to hear of. */
export interface CalmScenario {
  readonly kind: 'calm';
  readonly name: string;
  readonly title: string;
  /** Resolves when it is over; the fleet is watched for a while longer. */
  readonly disturb: (fleet: Fleet) => Promise<void>;
}

export type Scenario = PagingScenario | CalmScenario;
