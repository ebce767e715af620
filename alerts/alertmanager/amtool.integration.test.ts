import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { ruleGroups } from '../rules/groups.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { alertmanagerConfig } from './config-file.ts';
import type { Integration } from './integrations/integration.ts';
import { localReceivers } from './local-receivers.ts';
import type { ReadSecret } from './receivers.ts';
import { DEFAULT_ALERTMANAGER, type AlertmanagerSettings } from './settings.ts';
import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';
import { isAtLeast } from './version.ts';

const tools = await testedVersions('amtool');
const folder = mkdtempSync(join(tmpdir(), 'shardwatch-amtool-'));
const file = join(folder, 'alertmanager.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

const LOCAL = localReceivers('http://127.0.0.1:1');
const mail = { to: 'a@example.org, b@example.org', from: 'c@example.org', smarthost: 'mail.example.org:587' };
const WAYS: readonly Integration[] = [
  { webhook: { url: 'http://bridge:8080/alerts', credentialsFile: '/s/token' } },
  { webhook: { urlFile: '/s/url' } },
  { discord: { webhookUrlFile: '/s/discord' } },
  { slack: { apiUrlFile: '/s/slack' } },
  { slack: { apiUrlFile: '/s/slack', channel: '#on-call' } },
  { pagerduty: { routingKeyFile: '/s/key' } },
  { pagerduty: { routingKeyFile: '/s/key', url: 'https://events.eu.pagerduty.com/v2/enqueue' } },
  { email: mail },
  { email: { ...mail, authUsername: 'c', authPasswordFile: '/s/mail', requireTls: false } },
];
const NAMED_WAYS = WAYS.map((way) => [JSON.stringify(way), way] as const);

const anySecret: ReadSecret = () => ({ secret: 'https://chat.example/1' });

function write(settings: Partial<AlertmanagerSettings>, readSecret?: ReadSecret): void {
  const all = { ...DEFAULT_ALERTMANAGER, receivers: LOCAL, ...settings };
  writeFileSync(file, alertmanagerConfig(all, DEFAULT_SETTINGS, readSecret));
}

/** @returns standard output, and what went wrong if it did */
async function run(binary: string, ...args: readonly string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(binary, args, (error, stdout, stderr) =>
    resolve(error ? `${stdout}${stderr}ended with ${error.code}` : stdout),
  );
  return promise;
}

/** Every alert that the rules can raise, and who is told. */
const ALERTS: readonly Readonly<Record<string, string>>[] = ruleGroups(DEFAULT_SETTINGS).flatMap(
  ({ rules }) =>
    rules.flatMap((rule) => ('alert' in rule ? [{ alertname: rule.alert, ...rule.labels }] : [])),
);
const EXPECTED: Readonly<Record<string, string>> = {
  critical: 'page',
  warning: 'ticket',
  none: 'dead-man',
};

describe.for(tools)('amtool $version', ({ binary, version }) => {
  test.for(NAMED_WAYS)('accepts a page by %s', async ([, way]) => {
    write({ receivers: { ...LOCAL, page: [way] } }, anySecret);
    expect(await run(binary, 'check-config', file)).toMatch(
      /SUCCESS[\s\S]*8 inhibit rules[\s\S]*4 receivers$/m,
    );
  });

  test.skipIf(!isAtLeast(version, '0.28'))('accepts every secret from its file', async () => {
    write({ version: '0.28', receivers: { page: WAYS, ticket: WAYS, default: WAYS, deadMan: WAYS } });
    expect(await run(binary, 'check-config', file)).toMatch(/SUCCESS[\s\S]*4 receivers$/m);
  });

  test('refuses what it does not know, so that the tests above can fail', async () => {
    writeFileSync(
      file,
      'route: { receiver: nobody }\nreceivers: [{ name: nobody, carrier_pigeon_configs: [] }]',
    );
    expect(await run(binary, 'check-config', file)).toContain('carrier_pigeon_configs not found');
  });

  test.for(ALERTS)('$alertname $severity $component goes to who is to be told', async (labels) => {
    write({});
    const words = Object.entries({ namespace: 'bots', ...labels }).map(([name, value]) => `${name}=${value}`);
    const told = await run(binary, 'config', 'routes', 'test', `--config.file=${file}`, ...words);
    expect(told.trim()).toBe(EXPECTED[labels['severity'] ?? '']);
  });

  test('whatever is not ours is routed by its severity, and the rest as the rest', async () => {
    write({});
    const told = async (...words: readonly string[]) =>
      (await run(binary, 'config', 'routes', 'test', `--config.file=${file}`, ...words)).trim();
    expect(await told('alertname=DiskFull', 'severity=critical')).toBe('page');
    expect(await told('alertname=DiskFull', 'severity=info')).toBe('default');
    expect(await told('alertname=DiskFull')).toBe('default');
    write({ receivers: { ...LOCAL, default: [], deadMan: [] } });
    expect(await told('alertname=DiskFull')).toBe('ticket');
    expect(await told('alertname=Watchdog', 'severity=none')).toBe('nobody');
  });
});
