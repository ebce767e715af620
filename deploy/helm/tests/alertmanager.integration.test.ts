import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { alertmanagerConfig } from '../../../alerts/alertmanager/config-file.ts';
import { parseAlertmanagerValues } from '../../../alerts/alertmanager/parse-values.ts';
import { applyValues } from '../../../alerts/apply-values.ts';
import { RECEIVERS } from '../testing/cases.ts';
import { render } from '../testing/helm.ts';
import { ofKind } from '../testing/manifests.ts';

interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly matchType: string;
}
interface Route {
  readonly [field: string]: unknown;
  readonly matchers?: readonly Matcher[];
  readonly routes?: readonly Route[];
}
interface Receiver {
  readonly name: string;
  readonly [configs: `${string}Configs`]: readonly Record<string, unknown>[];
}
interface Spec {
  readonly route: Route;
  readonly inhibitRules: readonly { sourceMatch: Matcher[]; targetMatch: Matcher[]; equal: string[] }[];
  readonly receivers: readonly Receiver[];
}

/** As Alertmanager names what an AlertmanagerConfig says; no secret, which stands in different places. */
function snake(name: string): string {
  const special: Record<string, string> = {
    clientURL: 'client_url',
    requireTLS: 'require_tls',
    pagerDutyLinkConfigs: 'links',
  };
  return special[name] ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const OURS = new Set(['alertname', 'namespace']);
/** Matchers without those that keep other people's alerts out. */
function shown(matchers: readonly Matcher[] = [], isOwn = false): string[] | undefined {
  const list = matchers
    .filter(
      ({ name, value }) => !(isOwn && OURS.has(name) && (name === 'namespace' || value.includes('Watchdog'))),
    )
    .map(({ name, value, matchType }) => `${name}${matchType}"${value}"`);
  return list.length > 0 ? list : undefined;
}

function routeOf(route: Route, isRoot = true): object {
  const { matchers, routes, ...fields } = route;
  const below = routes?.map((each) => routeOf(each, false));
  const list = shown(matchers, isRoot);
  return {
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [snake(name), value])),
    ...(list && { matchers: list }),
    ...(below && { routes: below }),
  };
}

const SECRETS = new Set(['apiURL', 'routingKey', 'urlSecret', 'authPassword', 'httpConfig']);

function receiverOf(receiver: Receiver): object {
  return Object.fromEntries(
    Object.entries(receiver).map(([key, value]: [string, unknown]) => [
      snake(key),
      Array.isArray(value) ? value.map((config) => configOf(config as Record<string, unknown>)) : value,
    ]),
  );
}

function configOf(config: Record<string, unknown>): object {
  const fields = Object.entries(config).filter(([name]) => !SECRETS.has(name));
  return Object.fromEntries(
    fields.map(([name, value]) => {
      if (name === 'pagerDutyLinkConfigs')
        return [
          'links',
          (value as { href: string; alt: string }[]).map(({ href, alt }) => ({ href, text: alt })),
        ];
      if (name !== 'headers' && name !== 'details') return [snake(name), value];
      const pairs = value as { key: string; value: string }[];
      return [name, Object.fromEntries(pairs.map((pair) => [pair.key, pair.value]))];
    }),
  );
}

async function shipped(values: object): Promise<Spec> {
  const [config] = ofKind(await render({ values }), 'AlertmanagerConfig');
  if (!config) throw new RangeError('no AlertmanagerConfig was rendered');
  return config.spec as Spec;
}

/** What `npm run alertmanager` writes for the same, without secrets. */
function generated(receivers: object, rules: object, timing: object): Record<string, unknown> {
  const settings = parseAlertmanagerValues({ version: '0.28', receivers, timing });
  return parse(alertmanagerConfig(settings, applyValues(rules))) as Record<string, unknown>;
}

const FILES = {
  page: [{ pagerduty: { routingKeyFile: '/x' } }, { discord: { webhookUrlFile: '/x' } }],
  ticket: [
    { slack: { apiUrlFile: '/x', channel: '#tickets' } },
    { email: { to: 'a@example.org', from: 'b@example.org', smarthost: 'mail.example.org:587' } },
  ],
  deadMan: [{ webhook: { urlFile: '/x' } }],
};
const SECRET_FILES = /^(routing_key|webhook_url|api_url|url|auth_password)_file$/;

function withoutSecrets(receivers: unknown): unknown {
  return (receivers as Record<string, unknown>[]).map((receiver) =>
    Object.fromEntries(
      Object.entries(receiver).map(([key, value]) => [
        key,
        Array.isArray(value)
          ? value.map((config: object) =>
              Object.fromEntries(Object.entries(config).filter(([name]) => !SECRET_FILES.test(name))),
            )
          : value,
      ]),
    ),
  );
}

function byName(receivers: readonly object[]): object[] {
  const nameOf = (receiver: object) => ('name' in receiver ? String(receiver.name) : '');
  return receivers.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

test('routes, silences and messages are those of npm run alertmanager', async () => {
  const timing = { page: { groupWait: '10s' }, deadMan: { groupInterval: '5m', repeatInterval: '4m' } };
  const selectors = { groupBy: ['cluster'], memory: { by: ['pod', 'cluster', 'container'] } };
  const spec = await shipped({
    alerts: { selectors },
    alertmanagerConfig: { enabled: true, receivers: RECEIVERS, timing },
  });
  const expected = generated(FILES, { selectors: { ...selectors, memory: selectors.memory } }, timing);
  expect(routeOf(spec.route)).toEqual(expected['route']);
  const silences = spec.inhibitRules.map(({ sourceMatch, targetMatch, equal }) => ({
    source_matchers: shown(sourceMatch, true),
    target_matchers: shown(targetMatch, true),
    equal,
  }));
  expect(silences).toEqual(expected['inhibit_rules']);
  expect(byName(spec.receivers.map(receiverOf))).toEqual(
    byName(withoutSecrets(expected['receivers']) as object[]),
  );
});

test('without a default the tickets get the rest; without a dead man the Watchdog goes to nobody', async () => {
  const { page, ticket } = RECEIVERS;
  const spec = await shipped({ alertmanagerConfig: { enabled: true, receivers: { page, ticket } } });
  expect(spec.route['receiver']).toBe('ticket');
  expect(spec.route.routes?.[0]).toMatchObject({ receiver: 'nobody' });
  expect(spec.receivers.map(({ name }) => name).toSorted()).toEqual(['nobody', 'page', 'ticket']);
});

test('only our alerts are taken, of our namespace, whatever the operator adds', async () => {
  const enabled = { enabled: true, receivers: RECEIVERS };
  const own = await shipped({ alertmanagerConfig: enabled });
  expect(own.route.matchers?.map(({ name }) => name)).toEqual(['alertname', 'namespace']);
  expect(own.route.matchers?.[0]?.value.split('|')).toContain('Watchdog');
  for (const { sourceMatch, targetMatch } of own.inhibitRules)
    for (const side of [sourceMatch, targetMatch])
      expect(side.map(({ name }) => name)).toEqual(expect.arrayContaining(['alertname', 'namespace']));
  const all = await shipped({ alertmanagerConfig: enabled, alerts: { selectors: { allNamespaces: true } } });
  expect(all.route.matchers?.map(({ name }) => name)).toEqual(['alertname']);
});

test('secrets are named, never written', async () => {
  const spec = await shipped({
    alertmanagerConfig: {
      enabled: true,
      receivers: {
        ...RECEIVERS,
        default: [{ webhook: { url: 'http://bridge', credentials: { secret: 'c', key: 'k' } } }],
      },
    },
  });
  const of = (name: string) => spec.receivers.find((receiver) => receiver.name === name);
  expect(of('page')?.['pagerdutyConfigs']?.[0]?.['routingKey']).toEqual({
    name: 'on-call',
    key: 'routing-key',
  });
  expect(of('page')?.['discordConfigs']?.[0]?.['apiURL']).toEqual({ name: 'on-call', key: 'discord' });
  expect(of('dead-man')?.['webhookConfigs']?.[0]).toMatchObject({
    urlSecret: { name: 'dead-man', key: 'url' },
    sendResolved: false,
  });
  expect(of('default')?.['webhookConfigs']?.[0]?.['httpConfig']).toEqual({
    authorization: { credentials: { name: 'c', key: 'k' } },
  });
});
