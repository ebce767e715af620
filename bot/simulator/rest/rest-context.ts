import type { IdentifyLimits } from '../protocol/identify-limits.ts';
import type { Account } from '../protocol/account.ts';
import type { Sessions } from '../protocol/sessions.ts';
import type { SimulatorOptions } from '../options.ts';
import type { SnowflakeMaker } from '../snowflake.ts';
import type { World } from '../world/world.ts';
import type { Interactions } from './interactions.ts';

/** What the routes work on. */
export interface RestContext {
  readonly options: SimulatorOptions;
  readonly account: Account;
  readonly world: World;
  readonly sessions: Sessions;
  readonly identifyLimits: IdentifyLimits;
  readonly interactions: Interactions;
  readonly snowflakes: SnowflakeMaker;
  readonly gatewayUrl: () => string;
}
