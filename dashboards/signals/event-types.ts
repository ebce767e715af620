import type { Place } from '../panels/about.ts';
import { heatmap } from '../panels/heatmap.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { by, highest, IN_BOT, rate, select } from '../select.ts';

/** @param count how many types have a line of their own */
export function eventTypes(place: Place, count: number) {
  const counter = select('discord_events_total');
  return timeSeries({
    ...place,
    title: 'Events per second, by type',
    shows: 'The most frequent types.',
    normal: 'presence, typing and messages in a steady proportion.',
    otherwise: 'one type far above its usual height: a raid, or a bot that talks to itself.',
    unit: 'ops',
    lines: [
      [
        `{{type}}${IN_BOT}`,
        highest(
          count,
          ['type'],
          `sum ${by('type')} (${rate(counter)})`,
          `sum ${by('type')} (increase(${counter}[$__range] @ end()))`,
        ),
      ],
    ],
  });
}

export function ageSpread(place: Place, ...matchers: readonly string[]) {
  return heatmap({
    ...place,
    title: 'Age of events when handled, of the chosen consumers',
    normal: 'one band near the bottom.',
    otherwise: 'a cloud that climbs: a backlog is being worked off. Two bands: some handlers are slow.',
    unit: 's',
    expr: `sum by (le) (${rate(select('worker_event_age_seconds_bucket', ...matchers))})`,
  });
}
