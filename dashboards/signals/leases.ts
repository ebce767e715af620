import { COLORS } from '../colors.ts';
import { toLine } from '../links.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { highest, IN_BOT, increase, peak, select } from '../select.ts';

const LEGEND = `{{instance}}${IN_BOT}`;
const THIS_PROCESS = toLine('runtime', { instance: 'instance' });

/** @param count how many gateways have a line of their own */
export function leasesHeld(place: Place, count: number) {
  const held = select('discord_shard_leases_held');
  return timeSeries({
    ...place,
    title: 'Leased shards, by gateway',
    shows: 'Only where shards are leased (postgres_coordination, nats_kv); the gateways that have the most.',
    normal: 'the same number on each, give or take one; spare gateways have none.',
    otherwise:
      'one falls to zero: it was stopped, killed or cut off from the store, and the others rise by as many. All fall: the store is away.',
    unit: 'short',
    lines: [[LEGEND, highest(count, ['instance'], held, peak(held))]],
    dataLinks: [THIS_PROCESS],
  });
}

/** @param count how many gateways have a line of their own */
export function leaseTimeLeft(place: Place, count: number) {
  const left = select('discord_shard_lease_seconds_left');
  return timeSeries({
    ...place,
    title: 'Time left without the lease store',
    shows: 'How long a gateway may go on without an answer; those that came closest to zero.',
    normal: 'a saw, between half and nine tenths of SHARD_LEASE_STALE_MS.',
    otherwise:
      'falling to zero on one: that process or its network. On all: PostgreSQL or NATS does not answer. At zero the gateway closes its shards and publishes nothing more.',
    unit: 's',
    lines: [[LEGEND, highest(count, ['instance'], left, `-1 * min_over_time(${left}[$__range] @ end())`)]],
    dataLinks: [THIS_PROCESS],
  });
}

export function leaseTrouble(place: Place) {
  return timeSeries({
    ...place,
    title: 'Leases lost, and requests without an answer',
    shows: 'Lost: ended without a hand-over. Others take those shards over and resume their sessions.',
    normal: 'none; a hand-over in a deploy counts as neither.',
    otherwise:
      'lost ones: a gateway stood still or could not reach the store; see its event loop and its log.',
    unit: 'short',
    lines: [
      ['leases lost', `sum(${increase(select('discord_shard_leases_lost_total'))})`],
      ['requests without an answer', `sum(${increase(select('discord_shard_lease_store_failures_total'))})`],
    ],
    bars: true,
    upTo: 1,
    styles: {
      'leases lost': { color: COLORS.critical },
      'requests without an answer': { color: COLORS.warning },
    },
  });
}
