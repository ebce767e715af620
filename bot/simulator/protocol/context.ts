import type { LastingFaults } from '../faults/lasting-faults.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { SimulatorOptions } from '../options.ts';
import type { World } from '../world/world.ts';
import type { Account } from './account.ts';
import type { Connections } from './connections.ts';
import type { IdentifyLimits } from './identify-limits.ts';
import type { Sessions } from './sessions.ts';

/** What the gateway's operations work on. */
export interface GatewayContext {
  readonly options: SimulatorOptions;
  readonly account: Account;
  readonly world: World;
  readonly sessions: Sessions;
  readonly connections: Connections;
  readonly identifyLimits: IdentifyLimits;
  readonly faults: LastingFaults;
  readonly ledger: Ledger;
  /** Where READY tells sessions to resume. */
  readonly resumeUrl: () => string;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}
