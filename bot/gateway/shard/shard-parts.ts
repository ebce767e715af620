import type { FetchingStrategyOptions } from '@discordjs/ws';

import type { CodedError } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import type { Telemetry } from '../../../runtime/telemetry/telemetry.ts';
import type { IdentifyGate } from '../identify/identify-gate.ts';
import type { FindStored } from '../publish/find-stored.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { SessionKeeper } from '../session/session-keeper.ts';
import type { ShardActivity } from './shard-activity.ts';

/** What a shard works with; all of it is shared by the shards of a process but id, epoch, held and activity. */
export interface ShardParts {
  readonly id: number;
  readonly count: number;
  readonly activity: ShardActivity;
  /** Set where ownership is leased: rises with each owner. */
  readonly epoch: number | undefined;
  /** False from the moment on which another process may have the shard. */
  readonly held: () => boolean;
  readonly connectionOptions: () => FetchingStrategyOptions;
  readonly publisher: Pick<Publisher, 'full' | 'publish' | 'streamSequence'>;
  readonly gate: Pick<IdentifyGate, 'wait'>;
  readonly findStored: FindStored;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  readonly countEvent: (type: string) => void;
  /** Takes the round trip of each heartbeat, in seconds. */
  readonly observeHeartbeat: (seconds: number) => void;
  /** The session began or ended: worth saving at once. */
  readonly onSessionChange: (session: SessionKeeper) => void;
  /** Discord will never take this shard as it is configured. */
  readonly onFatal: (error: CodedError) => void;
}
