import { COMPONENTS } from '../settings.ts';
import type { Duration } from '../thresholds.ts';
import { consumer, worker } from './jetstream-series.ts';
import type { RuleCase } from './rule-case.ts';
import { from, gateway, until } from './shard-series.ts';
import { gone, hold, inTurn, nothing, plus, repeated, rise } from './values.ts';

const LONG: Duration = '30m';
const MIB = 1024 ** 2;

/** Everything but the gateways, and all is well. */
const surroundings: RuleCase['series'] = {
  ...Object.fromEntries(COMPONENTS.map((job) => [`up{job="${job}",instance="0"}`, hold(1, LONG)])),
  'jetstream_exporter_up{job="exporter",instance="e0"}': hold(1, LONG),
  'jetstream_stream_last_seq{job="exporter",instance="e0",stream_name="DISCORD_DEAD"}': hold(7, LONG),
  'bot_container_memory_working_set_bytes{job="gateway",instance="g0"}': repeated(15, '1 2 3 4 5 6 7 8'),
  'bot_container_memory_limit_bytes{job="gateway",instance="g0"}': hold(512 * MIB, LONG),
  ...consumer({}),
  ...worker({ first: rise(0, 150, LONG), redelivered: rise(0, 1, LONG) }),
};

/** The whole of the rules at once: stories in which nobody may be paged and no ticket opened. */
export const nobodyIsPagedCases: readonly RuleCase[] = [
  {
    name: 'all is well',
    series: { ...surroundings, ...gateway({ shards: { 0: {}, 1: {}, 2: {}, 3: {} } }) },
    quiet: [{ until: LONG }],
  },
  {
    name: 'a rolling deploy, each gateway away for a minute, one after the other',
    series: { ...surroundings, ...rollingDeploy(12) },
    quiet: [{ until: '25m' }],
  },
  {
    name: 'Discord asks every shard to reconnect at once',
    series: {
      ...surroundings,
      ...gateway({
        shards: Object.fromEntries(
          [0, 1, 2, 3].map((id) => [
            id,
            {
              up: inTurn(hold(1, '5m'), hold(0, '30s'), hold(1, LONG)),
              gap: inTurn(hold(2, '5m'), '15 30', hold(1, LONG)),
            },
          ]),
        ),
      }),
    },
    quiet: [{ until: '25m' }],
  },
  {
    name: 'NATS restarts, and there are no figures of it for half a minute',
    series: {
      ...surroundings,
      ...gateway({ shards: { 0: {}, 1: {} } }),
      'jetstream_exporter_up{job="exporter",instance="e0"}': inTurn(
        hold(1, '5m'),
        hold(0, '30s'),
        hold(1, LONG),
      ),
      ...consumer({
        pending: inTurn(hold(0, '5m'), gone('30s'), hold(800, '30s'), hold(0, LONG)),
        delivered: inTurn(rise(100, 10, '5m'), gone('30s'), rise(300, 10, LONG)),
        ackFloor: inTurn(rise(90, 10, '5m'), gone('30s'), rise(290, 10, LONG)),
        deliveries: inTurn(rise(100, 10, '5m'), gone('30s'), rise(300, 10, LONG)),
      }),
    },
    quiet: [{ until: '25m' }],
  },
];

/** Gateways of two shards; each ends 75 s after the one before it and is back, as a new pod, a minute later. */
function rollingDeploy(gateways: number): RuleCase['series'] {
  const shards = 2 * gateways;
  const all = Array.from({ length: gateways }, (_, ordinal) => {
    const ends: Duration = `${(ordinal + 1) * 75}s`;
    const comes = plus(ends, 4);
    const [a, b] = [2 * ordinal, 2 * ordinal + 1];
    return {
      ...gateway({
        instance: `old-${ordinal}`,
        shards: { [a]: until(ends), [b]: until(ends) },
        configured: inTurn(hold(shards, ends), gone(LONG)),
      }),
      ...gateway({
        instance: `new-${ordinal}`,
        shards: { [a]: from(comes), [b]: from(comes) },
        configured: inTurn(nothing(comes), hold(shards, LONG)),
      }),
    };
  });
  return Object.assign({}, ...all) as RuleCase['series'];
}
