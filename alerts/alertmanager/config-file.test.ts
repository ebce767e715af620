import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { DEFAULT_SETTINGS } from '../settings.ts';
import { alertmanagerConfig } from './config-file.ts';
import { localReceivers } from './local-receivers.ts';
import { readSecretFile } from './read-secret.ts';
import type { ReadSecret } from './receivers.ts';
import { DEFAULT_ALERTMANAGER, type AlertmanagerSettings } from './settings.ts';

const LOCAL = localReceivers('http://127.0.0.1:1');

interface Config {
  readonly route: { readonly receiver: string; readonly routes: readonly { readonly receiver: string }[] };
  readonly receivers: readonly Readonly<Record<string, unknown>>[];
}

function configOf(settings: Partial<AlertmanagerSettings>, readSecret?: ReadSecret): Config {
  return parse(
    alertmanagerConfig({ ...DEFAULT_ALERTMANAGER, ...settings }, DEFAULT_SETTINGS, readSecret),
  ) as Config;
}

const withSecrets = (version: string, file = '/s/a'): Partial<AlertmanagerSettings> => ({
  version,
  receivers: {
    ...LOCAL,
    page: [{ discord: { webhookUrlFile: file } }, { slack: { apiUrlFile: file } }],
    deadMan: [{ webhook: { urlFile: file } }],
  },
});

test('secrets are left in their files where the version can read them there', () => {
  const [page, , , deadMan] = configOf(withSecrets('0.28')).receivers;
  expect(page).toMatchObject({
    name: 'page',
    discord_configs: [{ webhook_url_file: '/s/a' }],
    slack_configs: [{ api_url_file: '/s/a' }],
  });
  expect(deadMan).toMatchObject({ name: 'dead-man', webhook_configs: [{ url_file: '/s/a' }] });
});

test('where it cannot, that is refused with both ways out, for all of them at once', () => {
  expect(() => configOf(withSecrets('0.27'))).toThrow(
    expect.objectContaining({
      faults: [
        expect.stringMatching(
          /^alertmanager\.receivers\.page\[0\]\.webhookUrlFile: Alertmanager 0\.27 .*0\.28 can.*--inline-secrets/,
        ),
        expect.stringMatching(/^alertmanager\.receivers\.deadMan\[0\]\.urlFile: /),
      ],
    }),
  );
});

test('or they are written into the configuration, but only those', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shardwatch-secret-'));
  const file = join(folder, 'secret');
  writeFileSync(file, '\n https://chat.example/1 \n');
  const [page] = configOf(withSecrets('0.25', file), readSecretFile).receivers;
  expect(page).toMatchObject({
    discord_configs: [{ webhook_url: 'https://chat.example/1' }],
    slack_configs: [{ api_url_file: file }],
  });

  writeFileSync(file, 'hunter2');
  expect(() => configOf(withSecrets('0.25', file), readSecretFile)).toThrow(
    expect.objectContaining({
      message: expect.not.stringContaining('hunter2') as unknown,
      faults: expect.arrayContaining([
        `alertmanager.receivers.page[0].webhookUrlFile: ${file}: expected an http or https address in it, got something else`,
      ]) as unknown,
    }),
  );
  rmSync(folder, { recursive: true });
  expect(() => configOf(withSecrets('0.25', file), readSecretFile)).toThrow(`${file} cannot be read: ENOENT`);
});

test('without receivers of their own, the rest goes to the tickets and the Watchdog to nobody', () => {
  const { route, receivers } = configOf({ receivers: { ...LOCAL, default: [], deadMan: [] } });
  expect(route.receiver).toBe('ticket');
  expect(route.routes[0]?.receiver).toBe('nobody');
  expect(receivers.map(({ name }) => name)).toEqual(['page', 'ticket', 'nobody']);
});

test('every end is told, but not that of the Watchdog', () => {
  const told = configOf({ receivers: LOCAL }).receivers.map(({ name, webhook_configs: hooks }) => [
    name,
    (hooks as [{ send_resolved: boolean }])[0].send_resolved,
  ]);
  expect(told).toEqual([
    ['page', true],
    ['ticket', true],
    ['default', true],
    ['dead-man', false],
  ]);
});

test('the file says why each route and each inhibition is there', () => {
  const text = alertmanagerConfig({ ...DEFAULT_ALERTMANAGER, receivers: LOCAL }, DEFAULT_SETTINGS);
  expect(text).toContain('  # Somebody gets up now.\n');
  expect(text).toContain('  # Messages that nobody takes pile up.\n');
});
