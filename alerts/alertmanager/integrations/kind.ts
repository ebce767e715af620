import type { Field, Fields } from './field.ts';
import type { TakeSecret } from './secret.ts';

export interface IntegrationKind<Options> {
  /** Alertmanager's name for a list of them. */
  readonly key: string;
  readonly fields: Fields<Options>;
  /** What the fields cannot say: in words what is wrong with all of them together. */
  readonly problem?: (options: Options) => string | undefined;
  readonly config: (options: Options, take: TakeSecret) => object;
}

/** A kind whose options have been checked by its fields. */
export interface AnyIntegrationKind {
  readonly key: string;
  readonly fields: Readonly<Record<string, Field>>;
  readonly problem?: (options: never) => string | undefined;
  readonly config: (options: never, take: TakeSecret) => object;
}
