import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Alertmanager, type SentAlert } from '../../deploy/local/alertmanager.ts';
import { DEFAULT_SETTINGS } from '../settings.ts';
import { alertmanagerConfig } from './config-file.ts';
import { localReceivers } from './local-receivers.ts';
import { readSecretFile } from './read-secret.ts';
import { FAST_TIMING } from './testing/fast.ts';
import { startMailReceiver } from './testing/mail-receiver.ts';
import { startPostReceiver } from './testing/post-receiver.ts';
import { testedVersions } from '../../deploy/local/testing/tested-versions.ts';

const versions = await testedVersions('alertmanager');

const RUNBOOK = 'https://example.org/runbooks/DiscordShardEventGap.md';
const DASHBOARD = 'https://grafana.example.org/d/shardwatch-shards?var-shard=3';
const GRAPH = `${DASHBOARD}&viewPanel=202`;
const SUMMARY = 'A shard is connected but gets no events: it is deaf.';
const DESCRIPTION = 'Shard 3 has had no event for 2m 5s & <more>; the limit is 120 s.';
const STARTS = '2026-03-01T03:12:45Z';

function gap(shard: number, labels: Readonly<Record<string, string>> = {}): SentAlert {
  return {
    labels: {
      alertname: 'DiscordShardEventGap',
      severity: 'critical',
      namespace: 'bots',
      job: 'gateway',
      shard: String(shard),
      ...labels,
    },
    annotations: {
      summary: SUMMARY,
      description: DESCRIPTION,
      runbook_url: RUNBOOK,
      dashboard_url: DASHBOARD,
      panel_url: GRAPH,
    },
    startsAt: STARTS,
    endsAt: new Date(Date.now() + 600_000).toISOString(),
  };
}

interface Discord {
  readonly embeds: readonly [{ readonly title: string; readonly description: string }];
}
interface Slack {
  readonly channel: string;
  readonly attachments: readonly [
    { readonly title: string; readonly title_link: string; readonly text: string; readonly color: string },
  ];
}
interface PagerDuty {
  readonly routing_key: string;
  readonly event_action: string;
  readonly dedup_key: string;
  readonly payload: {
    readonly summary: string;
    readonly severity: string;
    readonly custom_details: { readonly message: string };
  };
  readonly links: readonly { readonly href: string; readonly text: string }[];
}

describe.for(versions)('Alertmanager $version', ({ binary }) => {
  let resources: AsyncDisposableStack;
  let chat: Awaited<ReturnType<typeof startPostReceiver>>;
  let mail: Awaited<ReturnType<typeof startMailReceiver>>;
  let alertmanager: Alertmanager;

  beforeAll(async () => {
    await using starting = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), 'shardwatch-messages-'));
    starting.defer(() => rmSync(folder, { recursive: true }));
    chat = starting.use(await startPostReceiver());
    mail = starting.use(await startMailReceiver());
    const secret = (name: string, content: string) => {
      const file = join(folder, name);
      writeFileSync(file, `${content}\n`);
      return file;
    };
    const page = [
      { discord: { webhookUrlFile: secret('discord', `${chat.url}/discord`) } },
      { slack: { apiUrlFile: secret('slack', `${chat.url}/slack`), channel: '#on-call' } },
      { pagerduty: { routingKeyFile: secret('key', 'a-key'), url: `${chat.url}/pagerduty` } },
      {
        email: {
          to: 'bots@example.org',
          from: 'alerts@example.org',
          smarthost: mail.address,
          requireTls: false,
        },
      },
    ];
    const config = alertmanagerConfig(
      { version: '0.25', timing: FAST_TIMING, receivers: { ...localReceivers(chat.url), page } },
      DEFAULT_SETTINGS,
      readSecretFile,
    );
    alertmanager = starting.use(await Alertmanager.start({ binary, config }));
    resources = starting.move();
  });
  afterAll(async () => resources.disposeAsync());

  async function next() {
    const [discord, slack, pagerduty, email] = await Promise.all([
      chat.next('/discord') as Promise<Discord>,
      chat.next('/slack') as Promise<Slack>,
      chat.next('/pagerduty') as Promise<PagerDuty>,
      mail.next(),
    ]);
    return {
      discord: discord.embeds[0],
      slack: slack.attachments[0],
      channel: slack.channel,
      pagerduty,
      email,
    };
  }

  test('one alert: what, where, since when, how much, and where to read on; then its end', async () => {
    await alertmanager.send([gap(3)]);
    const told = await next();
    const title = 'CRITICAL: DiscordShardEventGap, shard 3, job gateway, namespace bots';
    const where = 'Since 2026-03-01 03:12 UTC, shard 3, job gateway, namespace bots';
    const self = /http:\/\/\S+:\d+/.source;

    expect(told.discord.title).toBe(title);
    expect(told.discord.description.replace(new RegExp(self), 'SELF')).toBe(
      `${SUMMARY}\n**${where}**\n${DESCRIPTION}\n[Runbook](${RUNBOOK})\n[Dashboard](${DASHBOARD})\n[Graph](${GRAPH})\n[Alertmanager](SELF)`,
    );
    expect(told.channel).toBe('#on-call');
    expect(told.slack).toMatchObject({ title, title_link: DASHBOARD, color: 'danger' });
    expect(told.slack.text.replace(new RegExp(self), 'SELF')).toBe(
      `${SUMMARY}\n*${where}*\n${DESCRIPTION}\n<${RUNBOOK}|Runbook>\n<${DASHBOARD}|Dashboard>\n<${GRAPH}|Graph>\n<SELF|Alertmanager>`,
    );
    expect(told.pagerduty).toMatchObject({
      routing_key: 'a-key',
      event_action: 'trigger',
      payload: { summary: title, severity: 'critical', class: 'DiscordShardEventGap', group: 'bots' },
      links: [
        { href: RUNBOOK, text: 'Runbook' },
        { href: DASHBOARD, text: 'Dashboard' },
        { href: GRAPH, text: 'Graph' },
      ],
    });
    expect(told.pagerduty.payload.custom_details.message).toContain(
      `${where}\n${DESCRIPTION}\nRunbook: ${RUNBOOK}`,
    );
    expect(readable(told.email)).toContain(`Subject: ${title}`);
    expect(readable(told.email)).toContain(`${where}\n${DESCRIPTION}\nRunbook: ${RUNBOOK}`);
    expect(readable(told.email)).toContain('2m 5s &amp; &lt;more&gt;');
    expect(readable(told.email)).toContain(`<a href="${DASHBOARD}">Dashboard</a>`);

    await alertmanager.send([{ ...gap(3), endsAt: '2026-03-01T03:20:00Z' }]);
    const end = await next();
    expect(end.discord.title).toBe(title.replace('CRITICAL', 'RESOLVED'));
    expect(end.discord.description).toContain('**Ended 2026-03-01 03:20 UTC, shard 3,');
    expect(end.slack.color).toBe('good');
    expect(end.pagerduty).toMatchObject({ event_action: 'resolve', dedup_key: told.pagerduty.dedup_key });
    expect(readable(end.email)).toContain('Subject: RESOLVED: ');
  });

  test('a thousand shards still fit into a message, which says how many there are', async () => {
    const all = Array.from({ length: 1_000 }, (_, shard) => gap(shard, { namespace: 'large' }));
    await alertmanager.send(all);
    let told = await next();
    // All of them come at once, but the first message may leave before the last of them is in its group.
    while (!told.discord.title.includes('(1000)')) told = await next();
    expect(told.discord.title).toBe('CRITICAL: DiscordShardEventGap (1000), job gateway, namespace large');
    expect(told.discord.description).toContain('These are 10 of 1000.');
    expect(told.discord.description.match(/Since /g)).toHaveLength(10);
    // Discord's limits: https://discord.com/developers/docs/resources/message#embed-object-embed-limits
    expect(told.discord.title.length).toBeLessThanOrEqual(256);
    expect(told.discord.description.length).toBeLessThanOrEqual(4_096);
    await alertmanager.send(all.map((each) => ({ ...each, endsAt: '2026-03-01T03:20:00Z' })));
    expect((await next()).pagerduty.event_action).toBe('resolve');
  });

  test("somebody else's alert, without our labels and links, is told as well as it can be", async () => {
    await alertmanager.send([{ labels: { alertname: 'DiskFull', severity: 'critical', host: 'a' } }]);
    const { discord, slack, pagerduty } = await next();
    expect(discord.title).toBe('CRITICAL: DiskFull');
    expect(discord.description).toMatch(/^\*\*Since .*\*\*\n\n\[Alertmanager\]\(\S+\)$/);
    expect(slack.title_link ?? '').toBe('');
    expect(pagerduty.links ?? []).toEqual([]);
    expect(`${discord.description} ${slack.text}`).not.toContain('no value');
  });
});

/** Without quoted-printable, in which mails are written. */
function readable(mail: string): string {
  return mail
    .replaceAll('=\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll('\r', '');
}
