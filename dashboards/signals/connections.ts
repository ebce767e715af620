import { COLORS } from '../colors.ts';
import type { Place } from '../panels/about.ts';
import { heatmap } from '../panels/heatmap.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { increase, rate, select } from '../select.ts';

/** Of all shards, however many: where most of them are, and how far the rest is. */
export function heartbeatSpread(place: Place) {
  return heatmap({
    ...place,
    title: 'Heartbeats, all shards',
    shows: 'Round trips of all heartbeats, whichever shards are chosen.',
    normal: 'one narrow band between 50 and 200 ms.',
    otherwise:
      'the whole band moves up: Discord or the network. A second band above: some gateways only; compare their CPU and event loop.',
    unit: 's',
    expr: `sum by (le) (${rate(select('discord_heartbeat_ack_seconds_bucket'))})`,
  });
}

export function connections(place: Place, ...matchers: readonly string[]) {
  return timeSeries({
    ...place,
    title: 'Connections that ended, by close code',
    shows:
      'local: closed by the gateway itself, to reconnect or to stop. 1000 to 1006: network; 4000 to 4014: Discord says why (https://discord.com/developers/docs/topics/opcodes-and-status-codes).',
    normal: 'none for hours; a few now and then, as Discord moves connections.',
    otherwise:
      'many at once: Discord or the network. 4004, 4013, 4014: token or intents were refused, the gateway stops. 4008, 4009: rate limit, time out.',
    unit: 'short',
    lines: [['{{code}}', `sum by (code) (${increase(select('discord_shard_closes_total', ...matchers))})`]],
    bars: true,
    upTo: 1,
  });
}

export function sessions(place: Place, ...matchers: readonly string[]) {
  return timeSeries({
    ...place,
    title: 'Sessions resumed, begun and lost',
    shows:
      'A resumed session loses nothing. A lost one could not be resumed: what Discord had not sent is unknown.',
    normal: 'one resume a shard in each deploy; no identify but at the first start.',
    otherwise:
      'identifies in a deploy: sessions were not saved or took too long to come back. Each counts against the daily budget.',
    unit: 'short',
    lines: [
      ['resumed', `sum(${increase(select('discord_shard_resumes_total', ...matchers))})`],
      ['identified', `sum(${increase(select('discord_shard_identifies_total', ...matchers))})`],
      ['lost', `sum(${increase(select('discord_shard_sessions_lost_total', ...matchers))})`],
    ],
    bars: true,
    upTo: 1,
    styles: {
      resumed: { color: COLORS.information },
      identified: { color: COLORS.other },
      lost: { color: COLORS.critical },
    },
  });
}
