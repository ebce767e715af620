import type { AlertName, Duration, Severity } from '../thresholds.ts';

/** What is known of one alert: its severity and the labels that tell it from others of its name. */
export type Instance = Readonly<Record<string, string>> & { readonly severity: Severity };

export interface Expectation {
  readonly alert: AlertName;
  /** Only of this severity; undefined: of both. */
  readonly severity?: Severity;
  readonly at: Duration;
  /** Exactly these fire; none when left out. */
  readonly firing?: readonly Instance[];
  /** Exactly these wait for their `for`; not looked at when left out. */
  readonly pending?: readonly Instance[];
}

export interface Quiet {
  /** Nothing of this alert, or of any when undefined, has fired from the start until `until`. */
  readonly alert?: AlertName;
  readonly severity?: Severity;
  readonly until: Duration;
}

/** Something of this alert, whichever instance, fired at every moment. */
export interface Unbroken {
  readonly alert: AlertName;
  readonly from: Duration;
  readonly until: Duration;
}

export interface Wording {
  readonly alert: AlertName;
  readonly at: Duration;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** One story: what the exporters said, sample by sample, and what must have been paged. */
export interface RuleCase {
  readonly name: string;
  /** Between samples, and between evaluations. */
  readonly step?: Duration;
  /** Series -> values as `promtool test rules` reads them. */
  readonly series: Readonly<Record<string, string>>;
  readonly expect?: readonly Expectation[];
  readonly quiet?: readonly Quiet[];
  readonly unbroken?: readonly Unbroken[];
  readonly wording?: readonly Wording[];
}

export const STEP: Duration = '15s';
