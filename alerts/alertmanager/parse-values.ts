import { secondsOf, isDuration, type Duration } from '../thresholds.ts';
import { ValuesError } from '../values-error.ts';
import { kindOf } from './integrations/field.ts';
import { knownFields } from './known-fields.ts';
import { isVersion, OLDEST_VERSION } from './version.ts';
import { parseIntegrations } from './parse-integrations.ts';
import {
  DEFAULT_ALERTMANAGER,
  RECEIVER_NAMES,
  type AlertmanagerSettings,
  type ReceiverName,
  type RouteName,
  type Timing,
} from './settings.ts';

/** Without these nobody would be told of what is broken. */
const NEEDED: readonly ReceiverName[] = ['page', 'ticket'];
/** What Alertmanager remembers of who was told what, unless it is told otherwise. */
const ALERTMANAGER_RETENTION: Duration = '5d';

/**
 * The user's values in the place of the defaults.
 * @param values what stands under `alertmanager:`, in the shape of `AlertmanagerSettings`
 * @throws {ValuesError} naming everything that is unknown, missing, of a wrong kind, or makes no sense;
 *   it repeats nothing that could be a secret
 */
export function parseAlertmanagerValues(values: unknown): AlertmanagerSettings {
  const faults: string[] = [];
  const {
    version = DEFAULT_ALERTMANAGER.version,
    receivers,
    timing,
  } = knownFields('alertmanager', values, Object.keys(DEFAULT_ALERTMANAGER), faults);
  if (!isVersion(version)) {
    faults.push(
      `alertmanager.version: expected a version from "${OLDEST_VERSION}" on, in quotes, got ${typeof version === 'string' ? version : kindOf(version)}`,
    );
  }
  const settings: AlertmanagerSettings = {
    version: isVersion(version) ? version : DEFAULT_ALERTMANAGER.version,
    receivers: parseReceivers(receivers, faults),
    timing: parseTimings(timing, faults),
  };
  if (faults.length === 0) faults.push(...checkTimings(settings));
  if (faults.length > 0) throw new ValuesError(faults);
  return settings;
}

function parseReceivers(values: unknown, faults: string[]): AlertmanagerSettings['receivers'] {
  const given = knownFields('alertmanager.receivers', values, RECEIVER_NAMES, faults);
  const lists = RECEIVER_NAMES.map((name) => {
    const path = `alertmanager.receivers.${name}`;
    const list = parseIntegrations(path, given[name], faults);
    if (NEEDED.includes(name) && given[name] === undefined)
      faults.push(`${path}: expected a list of those who are told, got nothing`);
    return [name, list] as const;
  });
  return Object.fromEntries(lists) as unknown as AlertmanagerSettings['receivers'];
}

function parseTimings(values: unknown, faults: string[]): AlertmanagerSettings['timing'] {
  const defaults = DEFAULT_ALERTMANAGER.timing;
  const names = Object.keys(defaults) as RouteName[];
  const given = knownFields('alertmanager.timing', values, names, faults);
  const timings = names.map((name) => {
    const path = `alertmanager.timing.${name}`;
    const fields = knownFields(path, given[name], Object.keys(defaults[name]), faults);
    for (const [field, value] of Object.entries(fields)) {
      if (!isDuration(value))
        faults.push(`${path}.${field}: expected a duration such as 30s, 5m, 6h or 1d, got ${kindOf(value)}`);
    }
    return [name, { ...defaults[name], ...fields }] as const;
  });
  return Object.fromEntries(timings) as unknown as AlertmanagerSettings['timing'];
}

function checkTimings({ timing }: AlertmanagerSettings): string[] {
  const faults: string[] = [];
  const expect = (good: boolean, name: RouteName, field: keyof Timing, expected: string) => {
    if (good) return;
    faults.push(`alertmanager.timing.${name}.${field}: expected ${expected}, got ${timing[name][field]}`);
  };
  for (const name of Object.keys(timing) as RouteName[]) {
    const [, interval, repeat] = seconds(timing[name]);
    expect(interval > 0, name, 'groupInterval', 'more than 0s');
    const isShort = repeat < interval;
    if (name === 'deadMan') {
      const text = `more than 0s and less than the groupInterval (${timing[name].groupInterval})`;
      expect(isShort && repeat > 0, name, 'repeatInterval', text);
    } else {
      expect(!isShort, name, 'repeatInterval', `at least the groupInterval (${timing[name].groupInterval})`);
      const text = `at most ${ALERTMANAGER_RETENTION}, as long as Alertmanager remembers`;
      expect(repeat <= secondsOf(ALERTMANAGER_RETENTION), name, 'repeatInterval', text);
    }
  }
  const [[pageWait], [unseenWait]] = [seconds(timing.page), seconds(timing.unseen)];
  const text = `at least that of page (${timing.page.groupWait}): it waits for those pages`;
  expect(unseenWait >= pageWait, 'unseen', 'groupWait', text);
  return faults;
}

function seconds({ groupWait, groupInterval, repeatInterval }: Timing): [number, number, number] {
  return [secondsOf(groupWait), secondsOf(groupInterval), secondsOf(repeatInterval)];
}
