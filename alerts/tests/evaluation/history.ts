import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';

import { runCommand } from '../../../deploy/local/tools/run-command.ts';
import type { SyntheticFleet, SyntheticProcess } from './synthetic-fleet.ts';

const HOUR = 3_600;
const DAY = 86_400;
const MIB = 1024 ** 2;
const SCRAPE = 15;
const TREND = 300;
const IMPORT_TIMEOUT_MS = 120_000;

/** Four days; all of them as dense as the rules look at them, and a little deeper. */
const DEPTHS: readonly { readonly metric: RegExp; readonly seconds: number; readonly step: number }[] = [
  { metric: /^discord_shard_up$/, seconds: 1.1 * HOUR, step: SCRAPE },
  { metric: /^bot_container_memory_working_set_bytes$/, seconds: 1.1 * HOUR, step: SCRAPE },
  { metric: /^(jetstream|worker)_.*_total$/, seconds: 0.2 * HOUR, step: SCRAPE },
];
const TREND_DEPTH = { seconds: 4 * DAY, step: TREND };
/** Longer than the import takes would be a hole; shorter, and what is scraped meanwhile is out of order. */
const ENDS_BEFORE_NOW = 2 * SCRAPE;

/**
 * Puts blocks with what the fleet would have said over the last days into a Prometheus's store, which must
 * not run meanwhile. @returns how many samples
 */
export async function writeHistory(fleet: SyntheticFleet, promtool: string, folder: string): Promise<number> {
  const end = Math.floor(Date.now() / 1_000 / SCRAPE) * SCRAPE - ENDS_BEFORE_NOW;
  let samples = 0;
  // promtool reads a file once for every two hours: a file a day.
  for (let day = 0; day < TREND_DEPTH.seconds / DAY; day += 1) {
    const file = join(folder, `history-${day}.txt`);
    const output = createWriteStream(file);
    const range = { from: end - (day + 1) * DAY, until: end - day * DAY };
    for (const process_ of fleet.processes) {
      for (const line of linesOf(process_, range, end)) {
        samples += 1;
        if (!output.write(line)) await once(output, 'drain');
      }
    }
    output.end('# EOF\n');
    await once(output, 'finish');
    const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, join(folder, 'data')];
    await runCommand(promtool, args, { timeoutMs: IMPORT_TIMEOUT_MS });
  }
  return samples;
}

interface Range {
  readonly from: number;
  readonly until: number;
}

function* linesOf(process_: SyntheticProcess, range: Range, end: number): Generator<string> {
  const place = `job="${process_.role}",instance="${process_.target}"`;
  for (const { metric, seconds, step } of DEPTHS) {
    for (let at = end - Math.floor(seconds / step) * step; at < end; at += step) {
      if (at < range.from || at >= range.until) continue;
      for (const { name, labels, value } of process_.samples(at).filter((each) => metric.test(each.name))) {
        const more = Object.entries(labels).map(([label, text]) => `,${label}="${text}"`);
        yield `${name}{${place}${more.join('')}} ${value} ${at}\n`;
      }
    }
  }
  yield* trendOf(place, range);
}

/** What the rules themselves would have recorded. */
function* trendOf(place: string, { from, until }: Range): Generator<string> {
  for (let at = from; at < until; at += TREND_DEPTH.step) {
    for (const extreme of ['min', 'max']) {
      const name = `shardwatch:memory_working_set_bytes:${extreme}`;
      const value = (extreme === 'min' ? 200 : 240) * MIB;
      yield `${name}1h{${place}} ${value} ${at}\n`;
      yield `${name}1d{${place}} ${value} ${at}\n`;
      yield `${name}1d:rise{${place}} 0 ${at}\n`;
    }
  }
}
