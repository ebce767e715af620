import { INTEGRATIONS, type Integration, type IntegrationName } from './integrations/integration.ts';
import type { AnyIntegrationKind } from './integrations/kind.ts';
import type { SecretOption } from './integrations/secret.ts';
import { RECEIVER_NAMES, type AlertmanagerSettings, type ReceiverName } from './settings.ts';
import { isAtLeast } from './version.ts';

/** @returns the secret in the file, or in words why it cannot be had */
export type ReadSecret = (secret: SecretOption) => { readonly secret: string } | { readonly problem: string };

/** As Alertmanager's configuration names who is told; `nobody` has no way to be told. */
export function receiverName(name: ReceiverName | undefined): string {
  if (name === undefined) return 'nobody';
  return name === 'deadMan' ? 'dead-man' : name;
}

/** Alertmanager's `receivers`: those that a route leads to. */
export function receivers(
  settings: AlertmanagerSettings,
  faults: string[],
  readSecret: ReadSecret | undefined,
): object[] {
  const list = RECEIVER_NAMES.filter((name) => settings.receivers[name].length > 0).map((name) => {
    const byKey: Record<string, object[]> = {};
    for (const [index, integration] of settings.receivers[name].entries()) {
      const path = `alertmanager.receivers.${name}[${index}]`;
      const take = (secret: SecretOption) => takeSecret(path, secret, settings.version, faults, readSecret);
      const { key, config } = configOf(integration, take);
      // The end of the Watchdog is no sign of life.
      (byKey[key] ??= []).push({ send_resolved: name !== 'deadMan', ...config });
    }
    return { name: receiverName(name), ...byKey };
  });
  return settings.receivers.deadMan.length > 0 ? list : [...list, { name: receiverName(undefined) }];
}

function configOf(
  integration: Integration,
  take: (secret: SecretOption) => Readonly<Record<string, string>>,
): { readonly key: string; readonly config: object } {
  const [entry] = Object.entries(integration) as [IntegrationName, unknown][];
  if (!entry) throw new TypeError('an integration says how somebody is told');
  const kind: AnyIntegrationKind = INTEGRATIONS[entry[0]];
  return { key: kind.key, config: kind.config(entry[1] as never, take) };
}

function takeSecret(
  path: string,
  secret: SecretOption,
  version: string,
  faults: string[],
  readSecret: ReadSecret | undefined,
): Readonly<Record<string, string>> {
  const { option, file, key, since } = secret;
  if (isAtLeast(version, since)) return { [`${key}_file`]: file };
  if (!readSecret) {
    faults.push(
      `${path}.${option}: Alertmanager ${version} cannot read it from a file, ${since} can: set alertmanager.version if yours is newer, or have the secret written into the configuration itself (--inline-secrets)`,
    );
    return {};
  }
  const answer = readSecret(secret);
  if ('secret' in answer) return { [key]: answer.secret };
  faults.push(`${path}.${option}: ${answer.problem}`);
  return {};
}
