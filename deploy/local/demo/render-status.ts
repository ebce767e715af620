import type { styleText } from 'node:util';

import type { ConsumerReading, GatewayReading, Reading, ServiceReading } from './reading.ts';

export interface Heading {
  readonly title: string;
  readonly folder: string;
  readonly forMs: number | undefined;
  /** The newest things that happened. */
  readonly notes: readonly string[];
}

type Style = Parameters<typeof styleText>[0];
/** Colours where the terminal has them, else the text as it is. */
export type Paint = (style: Style, text: string) => string;

const NAME_WIDTH = 23;
const NUMBER_WIDTH = 12;
/** A consumer this far behind needs to be seen. */
const LAG_TO_SHOW = 1_000;

/** The status as lines for a terminal of 80 columns. */
export function renderStatus(reading: Reading, heading: Heading, paint: Paint): string[] {
  const { totals, rates, gateways, consumers, services } = reading;
  const failures = [...totals.restFailures.values()].reduce((sum, count) => sum + count, 0);
  const left = heading.forMs === undefined ? '' : ` of ${clock(heading.forMs)}`;
  return [
    `${paint('bold', heading.title)}   ${clock(reading.elapsedMs)}${left}   ${paint('dim', 'Ctrl-C stops everything')}`,
    '',
    columns('', 'received', 'stored', 'handled', 'REST'),
    columns('events/s', ...[rates.taken, rates.stored, rates.handled, rates.rest].map(rounded)),
    columns('in total', ...[totals.taken, totals.stored, totals.handled, totals.restRequests].map(rounded)),
    '',
    [
      alarming('dead letters', totals.deadLetters, paint),
      alarming('lost', totals.lost, paint),
      alarming('REST failures', failures, paint),
      alarming('restarts', totals.restarts, paint),
    ].join('    '),
    '',
    ...gateways.map((gateway) => gatewayLine(gateway, paint)),
    '',
    paint('dim', columns('consumer', 'lag', 'handled/s', 'handled', 'redelivered')),
    ...consumers.map((consumer) => consumerLine(consumer, paint)),
    '',
    ...services.map((service) => serviceLine(service, paint)),
    '',
    paint('dim', `logs  ${heading.folder}`),
    ...heading.notes.map((note) => paint('yellow', note)),
  ];
}

/** The same in one line, for a log. */
export function renderLine({ elapsedMs, totals, rates, gateways, consumers }: Reading): string {
  const states = gateways.flatMap(({ shards }) => [...shards.values()]);
  const ready = states.filter((state) => state === 'ready').length;
  const lag = consumers.reduce((sum, consumer) => sum + (consumer.lag ?? 0), 0);
  return [
    clock(elapsedMs),
    `shards ready ${ready}/${states.length}`,
    `received ${rounded(rates.taken)}/s`,
    `stored ${rounded(rates.stored)}/s`,
    `handled ${rounded(rates.handled)}/s`,
    `lag ${lag}`,
    `dead ${totals.deadLetters ?? '?'}`,
    `lost ${totals.lost}`,
    `restarts ${totals.restarts}`,
  ].join('  ');
}

function gatewayLine({ name, shards }: GatewayReading, paint: Paint): string {
  const states = [...shards].map(([id, state]) => {
    const text = `${id} ${state}`;
    return paint(state === 'ready' ? 'green' : 'yellow', text);
  });
  return `${name.padEnd(NAME_WIDTH)} ${states.length > 0 ? states.join('  ') : paint('red', 'no answer')}`;
}

function consumerLine(consumer: ConsumerReading, paint: Paint): string {
  const { name, lag, handledPerSecond, handled, redelivered } = consumer;
  const line = columns(
    name,
    lag === undefined ? '?' : rounded(lag),
    rounded(handledPerSecond),
    rounded(handled),
    rounded(redelivered),
  );
  return lag === undefined || lag >= LAG_TO_SHOW ? paint('yellow', line) : line;
}

function serviceLine({ name, state, restarts, address, pages }: ServiceReading, paint: Paint): string {
  const where = pages.length > 0 ? `http://${address}${pages[0]}` : `nats://${address}`;
  const again = restarts > 0 ? paint('yellow', `  started again: ${restarts}`) : '';
  return `${name.padEnd(NAME_WIDTH)} ${state === 'up' ? where : paint('red', state)}${again}`;
}

function alarming(name: string, value: number | undefined, paint: Paint): string {
  const text = `${name} ${value ?? '?'}`;
  return value === 0 ? text : paint('red', text);
}

function columns(name: string, ...values: readonly string[]): string {
  return name.padEnd(NAME_WIDTH) + values.map((value) => value.padStart(NUMBER_WIDTH)).join('');
}

/** 12345.6 -> 12,346 */
export function rounded(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** 61000 -> 01:01 */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part) => String(part).padStart(2, '0')).join(':');
}
