import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { millis } from 'nats';
import { describe, expect, test } from 'vitest';

import {
  MAX_DEAF,
  MAX_PATIENCE_MS,
  MAX_PAUSE_MS,
  PROVEN_MS,
} from '../../bot/gateway/shard/reconnect-policy.ts';
import { PROBE_AFTER_MS, PROBE_TIMEOUT_MS } from '../../bot/gateway/shard/probe.ts';
import { GATEWAY_VARIABLES } from '../../bot/gateway/config.ts';
import { CONSUMERS, DEAD_STREAM, EVENTS_MAX_AGE_MS, STREAMS } from '../../bot/streams.ts';
import { ADVISORIES_STREAM } from '../../runtime/nats/consumer-advisory.ts';
import { WORKER_VARIABLES } from '../../bot/worker/config.ts';
import { createCommands } from '../../bot/worker/dlq/commands.ts';
import { EXPORTER_VARIABLES } from '../../exporters/config.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { ALERT_NAMES, secondsOf, SEVERITIES, showValue, type AlertThresholds } from '../thresholds.ts';
import { blockText } from './marked-block.ts';
import { markdownTable } from './markdown-table.ts';
import { runbookNames } from './runbook-files.ts';
import { parseRunbook } from './testing/parsed-runbook.ts';
import { isInSources, productSources, REPOSITORY } from './testing/sources.ts';

const runbooks = runbookNames().map(parseRunbook);
const sources = productSources();
const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const variables = { ...GATEWAY_VARIABLES, ...WORKER_VARIABLES, ...EXPORTER_VARIABLES };

const maxAgeDays = (name: string) =>
  millis(STREAMS.find((stream) => stream.name === name)?.max_age ?? 0) / 86_400_000;
const events = `keeps events for ${EVENTS_MAX_AGE_MS / 3_600_000} h`;
const consumers = markdownTable(
  ['consumer', '`max_ack_pending`', '`ack_wait`', '`max_deliver`'],
  Object.values(CONSUMERS).map((consumer) => [
    `\`${consumer.durable_name}\``,
    String(consumer.max_ack_pending),
    `${millis(consumer.ack_wait) / 1_000} s`,
    String(consumer.max_deliver),
  ]),
);
const [, maxAckWaits = ''] = /MAX_ACK_WAITS = (\d+)/.exec(sources) ?? [];
const port = (of: { readonly PORT: { readonly fallback: { readonly value: number } | undefined } }) =>
  String(of.PORT.fallback?.value);

/** What runbooks say about the code, with the numbers of the code. */
const FACTS: Readonly<Record<string, readonly string[]>> = {
  DiscordShardDown: [`IDENTIFYs up to ${MAX_PAUSE_MS / 60_000} minutes apart`],
  DiscordShardEventGap: [
    `after ${MAX_DEAF} times in a row, which takes about ${((PROBE_AFTER_MS + PROBE_TIMEOUT_MS) * MAX_DEAF) / 1_000} s`,
    `${MAX_PATIENCE_MS / 60_000} minutes in the end`,
    `still come after ${PROVEN_MS / 60_000} minutes`,
  ],
  JetStreamConsumerPendingHigh: [
    events,
    consumers,
    `\`WORKER_CONCURRENCY\` (${WORKER_VARIABLES.WORKER_CONCURRENCY.fallback?.value} by default)`,
  ],
  JetStreamConsumerStalled: [events.replace('keeps events', 'Events are kept'), consumers],
  JetStreamRedeliveryRateHigh: [
    consumers,
    `stopped after ${maxAckWaits} times the ack wait`,
    `kept for ${maxAgeDays(DEAD_STREAM)} days`,
  ],
  DeadLettersArriving: [
    `for ${maxAgeDays(DEAD_STREAM)} days`,
    `keeps them for ${Math.min(maxAgeDays(ADVISORIES_STREAM) * 24, EVENTS_MAX_AGE_MS / 3_600_000)} h`,
  ],
  MonitoringTargetDown: [
    `Ports: gateway ${port(GATEWAY_VARIABLES)}, worker ${port(WORKER_VARIABLES)}, exporter ${port(EXPORTER_VARIABLES)}`,
  ],
};

test('what runbooks say about the code is what the code says', () => {
  for (const [name, facts] of Object.entries(FACTS)) {
    for (const fact of facts) expect(parseRunbook(name).markdown).toContain(fact);
  }
  // The alert's limits are above the time after which gateways probe: the gateway's own constant.
  expect(secondsOf(DEFAULT_SETTINGS.thresholds.DiscordShardEventGap.probedAfter)).toBe(
    PROBE_AFTER_MS / 1_000,
  );
});

test('no limit stands by hand: its numbers are in the generated part alone', () => {
  for (const name of ALERT_NAMES) {
    const limits: AlertThresholds = DEFAULT_SETTINGS.thresholds[name];
    const { unit } = limits;
    const runbook = parseRunbook(name);
    const generated = blockText(runbook.markdown, 'threshold');
    const written = runbook.prose(runbook.markdown.replace(generated, ''));
    for (const severity of SEVERITIES) {
      const limit = limits[severity];
      if (limit?.value === undefined || limit.value === 0) continue;
      const shown = showValue(limit.value, unit);
      expect(generated).toContain(shown);
      expect(written, name).not.toMatch(new RegExp(`\\b${shown}\\b`));
    }
    for (const section of ['Meaning', 'Threshold and why']) {
      const text = runbook.prose((runbook.sections.get(section) ?? '').replace(generated, ''));
      const numbers = (FACTS[name] ?? []).reduce((rest, fact) => rest.replace(fact, ''), text);
      expect(numbers, `${name}, ${section}`).not.toMatch(/\d/);
    }
  }
});

describe.for(runbooks)('runbook $name', ({ markdown, inline, code }) => {
  const shell = code.filter(({ language }) => language === 'sh').map(({ text }) => text);
  const everywhere = [...inline, ...shell];

  test('quotes log lines and health answers that the processes write', () => {
    const quoted = inline.filter((text) => /^"[^"]+"$/.test(text)).map((text) => text.slice(1, -1));
    const searched = shell.flatMap((text) =>
      [...text.matchAll(/grep '"?([a-zA-Z][^'"]* [^'"]*)"?'/g)].map(([, line = '']) => line),
    );
    for (const line of [...quoted, ...searched]) expect(isInSources(sources, line), line).toBe(true);
  });

  test('names variables, error codes, streams and states that there are', () => {
    const names = new Set(markdown.match(/\b[A-Z]+(?:_[A-Z0-9]+)+\b/g));
    for (const name of names) {
      const known = Object.hasOwn(variables, name.replace(/_FILE$/, '')) || isInSources(sources, name);
      expect(known, name).toBe(true);
    }
  });

  test('uses only shell variables that it tells how to set', () => {
    const set = new Set([...markdown.matchAll(/\b([A-Z]+)=/g)].map(([, name = '']) => name).concat('POD'));
    for (const text of shell) {
      for (const [, name = ''] of text.matchAll(/\$\{?([A-Z]+)\b/g)) expect([...set]).toContain(name);
    }
  });

  test('calls npm scripts that there are, and dlq with commands and options that it has', () => {
    for (const text of everywhere) {
      for (const [, name = ''] of text.matchAll(/npm run (?:--silent )?([\w:]+)/g)) {
        expect(Object.keys(scripts)).toContain(name);
      }
      for (const [, line = ''] of text.matchAll(/(?:dlq -- |dlq\/main\.js )([a-z][^|#\n]*)/g)) {
        expect(dlqFault(line.trim().split(/\s+/)), line).toBeUndefined();
      }
    }
  });

  test('names paths of this repository, files of the build and pages of HTTP that there are', () => {
    for (const text of everywhere) {
      for (const [, path = ''] of text.matchAll(
        /(?<![\w/])((?:bot|alerts|exporters)\/[\w./-]+\.(?:ts|yaml|js))/g,
      )) {
        expect(() => readFileSync(join(REPOSITORY, path))).not.toThrow();
      }
      for (const [, path = ''] of text.matchAll(/dist\/([\w./-]+)\.js/g)) {
        expect(() => readFileSync(join(REPOSITORY, `${path}.ts`))).not.toThrow();
      }
      for (const [, path = ''] of text.matchAll(
        /(?:\$URL|127\.0\.0\.1:(?:8080|9001)|^)(\/(?:health|metrics)\b[\w/]*)/g,
      )) {
        expect(isInSources(sources, path), path).toBe(true);
      }
    }
  });
});

/** Why the command line would be refused; undefined when it would not. */
function dlqFault(words: readonly string[]): string | undefined {
  const program = createCommands({ withQueue: async () => undefined, print: () => undefined });
  const [name = '', ...rest] = words;
  const command = program.commands.find((each) => each.name() === name);
  if (!command) return `no command ${name}`;
  for (const word of rest.filter((each) => each.startsWith('-'))) {
    const known = command.options.some(({ long, short }) => word === long || word === short);
    if (!known) return `no option ${word} of ${name}`;
  }
  return undefined;
}
