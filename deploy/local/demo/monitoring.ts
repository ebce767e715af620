import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { alertmanagerConfig } from '../../../alerts/alertmanager/config-file.ts';
import { localReceivers } from '../../../alerts/alertmanager/local-receivers.ts';
import { DEFAULT_ALERTMANAGER } from '../../../alerts/alertmanager/settings.ts';
import { DEFAULT_SETTINGS } from '../../../alerts/settings.ts';
import { alertmanagerArgs, isAlertmanagerReady } from '../alertmanager.ts';
import { writePrometheusFiles } from '../prometheus-config.ts';
import { isPrometheusReady, prometheusArgs } from '../prometheus.ts';
import type { ServicePlan } from './services.ts';
import type { ServiceSpec } from './supervised-service.ts';

export const ALERTMANAGER = 'alertmanager';
const RULES = join(import.meta.dirname, '..', '..', '..', 'alerts', 'generated', 'rules.yaml');

/** Routes, silencing and waits as shipped; all receivers are the demo itself, which prints what arrives. */
export function alertmanager({ programs, folder, pagesUrl }: ServicePlan): ServiceSpec {
  const own = join(folder, ALERTMANAGER);
  const configFile = join(own, 'alertmanager.yaml');
  return {
    name: ALERTMANAGER,
    command: programs.alertmanager,
    prepare: async () => {
      await mkdir(own, { recursive: true });
      const settings = { ...DEFAULT_ALERTMANAGER, receivers: localReceivers(pagesUrl) };
      await writeFile(configFile, alertmanagerConfig(settings, DEFAULT_SETTINGS));
    },
    args: (port) => alertmanagerArgs(configFile, own, port),
    env: () => ({}),
    isListening: isAlertmanagerReady,
    pages: ['/'],
  };
}

/** @param jobs job name -> services of earlier tiers */
export function prometheus(
  plan: ServicePlan,
  jobs: Readonly<Record<string, readonly string[]>>,
): ServiceSpec {
  const { programs, folder, addressOf } = plan;
  const own = join(folder, 'prometheus');
  return {
    name: 'prometheus',
    command: programs.prometheus,
    prepare: async () => {
      await mkdir(own, { recursive: true });
      const { scrapeInterval, evaluationInterval } = DEFAULT_SETTINGS.prometheus;
      await writePrometheusFiles(own, {
        jobs: Object.fromEntries(
          Object.entries(jobs).map(([job, names]) => [job, names.map((name) => addressOf(name))]),
        ),
        rules: await readFile(RULES, 'utf8'),
        alertmanager: addressOf(ALERTMANAGER),
        scrapeInterval,
        evaluationInterval,
      });
    },
    args: (port) => prometheusArgs(own, port),
    env: () => ({}),
    isListening: isPrometheusReady,
    pages: ['/alerts'],
  };
}
