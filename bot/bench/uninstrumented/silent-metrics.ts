import type { registerContainerMemory as Memory } from '../../../exporters/memory/memory-metrics.ts';
import type {
  registerHeartbeatHistogram as Heartbeat,
  registerShardMetrics as Shards,
} from '../../../exporters/shards/shard-metrics.ts';
import type { registerProcessMetrics as Process } from '../../../runtime/process-metrics.ts';
import type { registerPublishMetrics as Publish } from '../../gateway/publish/publish-metrics.ts';

/** Every function with which the gateway registers metrics, each registering and measuring nothing. */
const nothing = () => undefined;

export const registerProcessMetrics: typeof Process = nothing;
export const registerContainerMemory: typeof Memory = nothing;
export const registerShardMetrics: typeof Shards = nothing;
export const registerHeartbeatHistogram: typeof Heartbeat = () => nothing;
export const registerPublishMetrics: typeof Publish = () => ({ onAck: nothing, onFailure: nothing });
