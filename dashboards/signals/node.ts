import type { Place } from '../panels/about.ts';
import { timeSeries, type TimeSeries } from '../panels/timeseries.ts';
import { by, highest, IN_BOT, peak, rate, selectInstance } from '../select.ts';

const PROCESS = ['job', 'instance'];
const SUM = `sum ${by(...PROCESS)}`;
const LEGEND = `{{job}} {{instance}}${IN_BOT}`;

/** @param count how many processes have a line of their own */
export function cpu(place: Place, count: number) {
  return ofCounter(place, count, 'process_cpu_seconds_total', {
    title: 'CPU',
    shows:
      'Cores in use. Node runs JavaScript on one: 1 is the most that helps, a little more goes to its other threads.',
    normal: 'below half a core.',
    otherwise:
      'near one core the event loop is late, and heartbeats with it: fewer shards a process, or more workers.',
    unit: 'none',
    upTo: 1,
  });
}

/** @param count how many processes have a line of their own */
export function eventLoop(place: Place, count: number) {
  return ofGauge(place, count, 'nodejs_eventloop_lag_p99_seconds', {
    title: 'Event loop lag, 99%',
    shows: 'How late timers run.',
    normal: 'about 10 ms, which is how often it is looked at.',
    otherwise:
      'hundreds of milliseconds: something computes for too long at once, or the CPU limit throttles.',
    unit: 's',
    upTo: 0.1,
  });
}

/** @param count how many processes have a line of their own */
export function garbage(place: Place, count: number) {
  return ofCounter(place, count, 'nodejs_gc_duration_seconds_sum', {
    title: 'Time in garbage collection',
    normal: 'below 5%.',
    otherwise:
      'rising together with memory: the heap is nearly full. Rising with load only: many short-lived objects.',
    unit: 'percentunit',
    upTo: 0.1,
  });
}

/** @param count how many processes have a line of their own */
export function heap(place: Place, count: number) {
  return ofGauge(place, count, 'nodejs_heap_size_used_bytes', {
    title: 'JavaScript heap',
    normal: 'a saw without a trend, well below the working set.',
    otherwise:
      'the floor of the saw rises: objects are kept. Heap flat while the working set rises: buffers or native memory.',
    unit: 'bytes',
  });
}

/** @param count how many processes have a line of their own */
export function files(place: Place, count: number) {
  return ofGauge(place, count, 'process_open_fds', {
    title: 'Open files and sockets',
    normal: 'tens, and one for each shard of a gateway.',
    otherwise: 'a steady rise: sockets are not closed.',
    unit: 'short',
  });
}

type About = Omit<TimeSeries, keyof Place | 'lines'>;

function ofGauge(place: Place, count: number, name: string, about: About) {
  const selector = selectInstance(name);
  return timeSeries({
    ...place,
    ...about,
    lines: [[LEGEND, highest(count, PROCESS, selector, peak(selector))]],
  });
}

/** Per second. */
function ofCounter(place: Place, count: number, name: string, about: About) {
  const selector = selectInstance(name);
  const ranked = `${SUM} (increase(${selector}[$__range] @ end()))`;
  return timeSeries({
    ...place,
    ...about,
    lines: [[LEGEND, highest(count, PROCESS, `${SUM} (${rate(selector)})`, ranked)]],
  });
}
