import { CodedError } from '../../../runtime/errors.ts';
import type { Random } from '../random.ts';

export const TRAFFIC_KINDS = [
  'message',
  'messageUpdate',
  'messageDelete',
  'voice',
  'interaction',
  'reaction',
  'typing',
] as const;
export type TrafficKind = (typeof TRAFFIC_KINDS)[number];

/** Weights; only their proportions count. */
export type TrafficMix = Readonly<Partial<Record<TrafficKind, number>>>;

/** All of it passes the intents of the reference bot, so that the rate is what it receives. */
export const DEFAULT_MIX = {
  message: 74,
  messageUpdate: 4,
  messageDelete: 2,
  voice: 17,
  interaction: 3,
} as const satisfies TrafficMix;

/**
 * Returns a function that picks kinds in these proportions.
 * @throws {CodedError} TRAFFIC_MIX when a weight is negative or all are 0
 */
export function kindPicker(mix: TrafficMix): (random: Random) => TrafficKind {
  const kinds: { readonly kind: TrafficKind; readonly upTo: number }[] = [];
  let sum = 0;
  for (const kind of TRAFFIC_KINDS) {
    const weight = mix[kind] ?? 0;
    if (!(weight >= 0)) throw new CodedError('TRAFFIC_MIX', `mix.${kind} must be 0 or more, not ${weight}`);
    if (weight === 0) continue;
    sum += weight;
    kinds.push({ kind, upTo: sum });
  }
  const last = kinds.at(-1);
  if (!last) throw new CodedError('TRAFFIC_MIX', 'mix needs a kind with a weight above 0');
  return (random) => {
    const point = random() * sum;
    for (const { kind, upTo } of kinds) if (point < upTo) return kind;
    return last.kind;
  };
}
