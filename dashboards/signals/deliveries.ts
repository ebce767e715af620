import type { DashboardSettings } from '../dashboard.ts';
import { COLORS } from '../colors.ts';
import { toLine } from '../links.ts';
import { CONSUMER } from './consumers.ts';
import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { withRunbook } from '../panels/with-runbook.ts';
import { by, highest, IN_BOT, increase, peak, rate, select } from '../select.ts';

const PER_CONSUMER = by(...CONSUMER);
const LEGEND = '{{stream_name}} / {{consumer_name}}';
const THIS_CONSUMER = toLine('jetstream', { stream: 'stream_name', consumer: 'consumer_name' });

export function deliveries(place: Place, count: number, ...matchers: readonly string[]) {
  const counter = select('jetstream_consumer_deliveries_total', ...matchers);
  return timeSeries({
    ...place,
    title: 'Deliveries per second',
    shows: 'As the server counts them, repeated ones included; the busiest consumers.',
    normal: 'the shape of the events that the consumer is for.',
    otherwise:
      'zero with a backlog: nobody pulls. Above the events: messages are delivered again and again; see repeated deliveries.',
    unit: 'ops',
    lines: [
      [
        `${LEGEND}${IN_BOT}`,
        highest(
          count,
          CONSUMER,
          `sum ${PER_CONSUMER} (${rate(counter)})`,
          `sum ${PER_CONSUMER} (increase(${counter}[$__range] @ end()))`,
        ),
      ],
    ],
    longNames: true,
    dataLinks: [THIS_CONSUMER],
  });
}

export function lastActivity(
  settings: DashboardSettings,
  place: Place,
  count: number,
  ...matchers: readonly string[]
) {
  const { window, critical } = settings.thresholds.JetStreamConsumerStalled;
  const since = (name: string) => {
    const selector = select(`jetstream_consumer_last_${name}_seconds`, ...matchers);
    return highest(
      count,
      CONSUMER,
      `min ${PER_CONSUMER} (${selector})`,
      `min ${PER_CONSUMER} (${peak(selector)})`,
    );
  };
  return timeSeries({
    ...withRunbook(place, settings, 'JetStreamConsumerStalled'),
    title: 'Time since the last delivery and acknowledgement',
    shows: 'Of the consumers that were quiet the longest.',
    normal: 'seconds on busy consumers; as long as no event comes on quiet ones.',
    otherwise: `rising beside a backlog: nobody works. JetStreamConsumerStalled pages when messages wait, nothing has moved for ${window}, and that lasts for ${critical.for}.`,
    unit: 's',
    lines: [
      [`${LEGEND} delivery${IN_BOT}`, since('delivery')],
      [`${LEGEND} acknowledgement${IN_BOT}`, since('ack')],
    ],
    longNames: true,
    dataLinks: [THIS_CONSUMER],
  });
}

export function answers(place: Place, ...matchers: readonly string[]) {
  const of = (name: string) => `sum(${increase(select(`jetstream_consumer_${name}_total`, ...matchers))})`;
  return timeSeries({
    ...place,
    title: 'Deliveries that did not end well',
    shows:
      'Expired: no answer within the ack wait. Refused: the handler asked to try again. Ended: the worker gave up for good. Given up: the server did, after the last delivery.',
    normal: 'none, or a few refused ones while a service behind a handler is busy.',
    otherwise:
      'expired: handlers hang, are too slow, or their process was killed. Ended and given up: dead letters follow.',
    unit: 'short',
    lines: [
      ['expired', of('ack_wait_expirations')],
      ['refused', of('naks')],
      ['ended', of('terminations')],
      ['given up', of('max_deliveries')],
    ],
    bars: true,
    upTo: 1,
    styles: {
      expired: { color: COLORS.warning },
      refused: { color: COLORS.information },
      ended: { color: COLORS.other },
      'given up': { color: COLORS.critical },
    },
  });
}

export function waiting(place: Place, count: number, ...matchers: readonly string[]) {
  const pulls = select('jetstream_consumer_num_waiting', ...matchers);
  return timeSeries({
    ...place,
    title: 'Pull requests that wait for messages',
    shows: 'Workers that are ready for more.',
    normal: 'at least one a worker while there is no backlog.',
    otherwise: 'zero for minutes: no worker asks for messages; see whether they run and what they do.',
    unit: 'short',
    lines: [
      [
        `${LEGEND}${IN_BOT}`,
        highest(
          count,
          CONSUMER,
          `max ${PER_CONSUMER} (${pulls})`,
          `-1 * max ${PER_CONSUMER} (min_over_time(${pulls}[$__range] @ end()))`,
        ),
      ],
    ],
    longNames: true,
    dataLinks: [THIS_CONSUMER],
  });
}
