import type { Place } from '../panels/about.ts';
import { timeSeries } from '../panels/timeseries.ts';
import { by, highest, IN_BOT, increase, rate, select } from '../select.ts';

const REQUESTS = 'discord_rest_requests_total';

export function restStatus(place: Place) {
  return timeSeries({
    ...place,
    title: 'REST answers per second, by status',
    shows: 'failed: no answer came. aborted: the worker stopped waiting.',
    normal: '2xx, and a few 404 for what users deleted meanwhile.',
    otherwise:
      '401: the token was changed. 403: a permission is missing. 429: rate limits, see the next panel. 5xx: Discord.',
    unit: 'reqps',
    lines: [['{{status}}', `sum by (status) (${rate(select(REQUESTS))})`]],
    stacked: true,
  });
}

/** @param count how many routes have bars of their own */
export function restRefusals(place: Place, count: number) {
  const refused = select(REQUESTS, 'status!~"2.."');
  return timeSeries({
    ...place,
    title: 'REST requests that were refused, by route',
    normal:
      'next to none. Discord bans an address for a while after 10,000 of 401, 403 and 429 in ten minutes.',
    otherwise: '429 on one route: handlers wait for its limit, so their consumer’s backlog grows.',
    unit: 'short',
    lines: [
      [
        `{{status}} {{method}} {{route}}${IN_BOT}`,
        highest(
          count,
          ['status', 'method', 'route'],
          `sum ${by('status', 'method', 'route')} (${increase(refused)})`,
          `sum ${by('status', 'method', 'route')} (increase(${refused}[$__range] @ end()))`,
        ),
      ],
    ],
    bars: true,
    upTo: 1,
  });
}

/** @param count how many routes have a line of their own */
export function restRoutes(place: Place, count: number) {
  const all = select(REQUESTS);
  return timeSeries({
    ...place,
    title: 'REST requests per second, by route',
    shows: 'The busiest routes.',
    normal: 'in proportion to the events that handlers answer.',
    otherwise: 'one route far above: a handler repeats itself; see repeated deliveries.',
    unit: 'reqps',
    lines: [
      [
        `{{method}} {{route}}${IN_BOT}`,
        highest(
          count,
          ['method', 'route'],
          `sum ${by('method', 'route')} (${rate(all)})`,
          `sum ${by('method', 'route')} (increase(${all}[$__range] @ end()))`,
        ),
      ],
    ],
  });
}
