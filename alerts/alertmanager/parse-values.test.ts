import { expect, test } from 'vitest';

import { ValuesError } from '../values-error.ts';
import { parseAlertmanagerValues } from './parse-values.ts';
import { DEFAULT_ALERTMANAGER } from './settings.ts';

const HOOK = [{ webhook: { url: 'http://bridge:8080/alerts' } }];
const RECEIVERS = { page: HOOK, ticket: HOOK };
const SECRET = 'https://discord.example/api/webhooks/1/very-secret';

function faultsOf(values: unknown): readonly string[] {
  try {
    parseAlertmanagerValues(values);
  } catch (error) {
    if (error instanceof ValuesError) return error.faults;
    throw error;
  }
  return [];
}

const faultsOfPage = (page: unknown) => faultsOf({ receivers: { ...RECEIVERS, page } });

test('receivers are enough, and what is not named keeps its default', () => {
  const { version, timing, receivers } = parseAlertmanagerValues({
    receivers: RECEIVERS,
    timing: { page: { groupWait: '5s' } },
  });
  expect(version).toBe(DEFAULT_ALERTMANAGER.version);
  expect(timing.page).toEqual({ ...DEFAULT_ALERTMANAGER.timing.page, groupWait: '5s' });
  expect(timing.ticket).toEqual(DEFAULT_ALERTMANAGER.timing.ticket);
  expect(receivers).toEqual({ ...RECEIVERS, default: [], deadMan: [] });
});

test('every way to be told is taken with all that it can say', () => {
  const page = [
    { webhook: { urlFile: '/s/url', credentialsFile: '/s/token' } },
    { discord: { webhookUrlFile: '/s/discord' } },
    { slack: { apiUrlFile: '/s/slack', channel: '#on-call' } },
    { pagerduty: { routingKeyFile: '/s/key', url: 'https://events.eu.pagerduty.com/v2/enqueue' } },
    {
      email: {
        to: 'a@example.org, b@example.org',
        from: 'c@example.org',
        smarthost: 'mail.example.org:587',
        authUsername: 'c',
        authPasswordFile: '/s/mail',
        requireTls: false,
      },
    },
  ];
  expect(parseAlertmanagerValues({ receivers: { ...RECEIVERS, page } }).receivers.page).toEqual(page);
});

test('who is not told of pages and tickets is missed, everything at once', () => {
  expect(faultsOf(undefined)).toEqual([
    'alertmanager.receivers.page: expected a list of those who are told, got nothing',
    'alertmanager.receivers.ticket: expected a list of those who are told, got nothing',
  ]);
  expect(faultsOf({ receivers: { page: [], ticket: 'me', pager: HOOK }, version: 0.28 })).toEqual([
    'alertmanager.version: expected a version from "0.25" on, in quotes, got a number',
    'alertmanager.receivers.pager: there is no such setting; there are page, ticket, default, deadMan',
    'alertmanager.receivers.page: expected a list of webhook, discord, slack, pagerduty, email, got an empty one',
    'alertmanager.receivers.ticket: expected a list of webhook, discord, slack, pagerduty, email, got a text',
  ]);
});

test('secrets stand in files; one that stands in the values is refused and not repeated', () => {
  const faults = [
    ...faultsOfPage([{ discord: { webhookUrl: SECRET } }]),
    ...faultsOfPage([{ discord: { webhookUrlFile: SECRET } }]),
    ...faultsOfPage([{ slack: { apiUrlFile: '/s/slack', channel: SECRET } }]),
    ...faultsOfPage([{ pagerduty: SECRET }]),
    ...faultsOfPage([{ email: { to: SECRET, from: SECRET, smarthost: SECRET } }]),
  ];
  expect(faults).toEqual([
    'alertmanager.receivers.page[0].discord.webhookUrl: there is no such setting; there are webhookUrlFile',
    'alertmanager.receivers.page[0].discord.webhookUrlFile: expected the absolute path of a file that holds it, got nothing',
    'alertmanager.receivers.page[0].discord.webhookUrlFile: expected the absolute path of a file that holds it, got an address',
    'alertmanager.receivers.page[0].slack.channel: expected a channel such as #on-call, in quotes, got an address',
    'alertmanager.receivers.page[0].pagerduty: expected a mapping, got an address',
    'alertmanager.receivers.page[0].pagerduty.routingKeyFile: expected the absolute path of a file that holds it, got nothing',
    'alertmanager.receivers.page[0].email.to: expected an email address, or several with commas between them, got an address',
    'alertmanager.receivers.page[0].email.from: expected an email address, got an address',
    'alertmanager.receivers.page[0].email.smarthost: expected host:port of a mail server, got an address',
  ]);
  expect(faults.join('\n')).not.toContain('secret');
});

test('options that belong together, or that exclude each other', () => {
  expect(
    faultsOfPage([
      { webhook: {} },
      { webhook: { url: 'http://a', urlFile: '/s/a' } },
      { webhook: { url: 'ftp://a' } },
      { email: { to: 'a@b', from: 'a@b', smarthost: 'm:25', authUsername: 'a' } },
      { discord: { webhookUrlFile: '/s/a' }, slack: { apiUrlFile: '/s/b' } },
      {},
    ]),
  ).toEqual([
    'alertmanager.receivers.page[0].webhook: expected either url or urlFile (for an address that is a secret)',
    'alertmanager.receivers.page[1].webhook: expected either url or urlFile (for an address that is a secret)',
    'alertmanager.receivers.page[2].webhook.url: expected an http or https address, got an address',
    'alertmanager.receivers.page[3].email: expected authUsername and authPasswordFile together, or neither',
    'alertmanager.receivers.page[4]: expected one of webhook, discord, slack, pagerduty, email, got discord and slack',
    'alertmanager.receivers.page[5]: expected one of webhook, discord, slack, pagerduty, email, got none',
  ]);
});

test('times that cannot work together', () => {
  const timing = {
    page: { groupWait: '3m', repeatInterval: '30s' },
    ticket: { repeatInterval: '6d' },
    default: { groupInterval: '0s' },
    deadMan: { repeatInterval: '1m' },
  };
  expect(faultsOf({ receivers: RECEIVERS, timing })).toEqual([
    'alertmanager.timing.page.repeatInterval: expected at least the groupInterval (1m), got 30s',
    'alertmanager.timing.ticket.repeatInterval: expected at most 5d, as long as Alertmanager remembers, got 6d',
    'alertmanager.timing.default.groupInterval: expected more than 0s, got 0s',
    'alertmanager.timing.deadMan.repeatInterval: expected more than 0s and less than the groupInterval (1m), got 1m',
    'alertmanager.timing.unseen.groupWait: expected at least that of page (3m): it waits for those pages, got 2m',
  ]);
  expect(faultsOf({ receivers: RECEIVERS, timing: { page: { groupWait: 20 }, sms: {} } })).toEqual([
    'alertmanager.timing.sms: there is no such setting; there are page, unseen, ticket, default, deadMan',
    'alertmanager.timing.page.groupWait: expected a duration such as 30s, 5m, 6h or 1d, got a number',
  ]);
});
