import { randomUUID } from 'node:crypto';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { argv, exit, stderr, stdout } from 'node:process';

import { Command } from 'commander';

import { applyValues } from '../apply-values.ts';
import { ValuesError } from '../values-error.ts';
import { readValuesFile } from '../values-file.ts';
import { alertmanagerConfig } from './config-file.ts';
import { parseAlertmanagerValues } from './parse-values.ts';
import { readSecretFile } from './read-secret.ts';

const EXIT_MISUSED = 2;
/** Only its owner may read what may hold secrets. */
const PRIVATE = 0o600;
const READABLE = 0o644;

interface Options {
  readonly values: string;
  readonly out?: string;
  readonly inlineSecrets?: true;
}

const program = new Command('alertmanager')
  .description('Writes the configuration of Alertmanager: who is told of what, and how.')
  .requiredOption('--values <file>', 'YAML or JSON; the receivers stand under alertmanager:')
  .option('--out <file>', 'where to write; otherwise it is printed')
  .option(
    '--inline-secrets',
    'write secrets into it that your Alertmanager cannot read from files; readable by its owner only',
  )
  .addHelpText(
    'after',
    `
Example of values, which may hold those of \`npm run generate\` as well:
  alertmanager:
    version: "0.28"                     # the oldest that must read it; 0.25 unless you say so
    receivers:
      page:                             # critical
        - pagerduty: { routingKeyFile: /run/secrets/pagerduty }
        - discord: { webhookUrlFile: /run/secrets/discord-on-call }
      ticket:                           # warning
        - slack: { apiUrlFile: /run/secrets/slack, channel: "#bot-tickets" }
        - email: { to: bots@example.org, from: alerts@example.org, smarthost: "mail.example.org:587" }
      default:                          # everything else; the ticket's unless you say so
        - webhook: { url: "http://bridge:8080/alerts" }
      deadMan:                          # hears every minute that alerting works
        - webhook: { urlFile: /run/secrets/dead-man }

All settings: alerts/alertmanager/settings.ts. Check what comes out: amtool check-config <file>
`,
  )
  .parse(argv);

try {
  write(program.opts<Options>());
} catch (error) {
  if (!(error instanceof ValuesError)) throw error;
  stderr.write(`${error.message}\n`);
  exit(EXIT_MISUSED);
}

function write({ values, out, inlineSecrets }: Options): void {
  if (inlineSecrets && out === undefined)
    throw new ValuesError(['--inline-secrets: expected --out with it, so that no secret is printed']);
  const { alertmanager, rules } = readValuesFile(values);
  const settings = parseAlertmanagerValues(alertmanager);
  const text = alertmanagerConfig(settings, applyValues(rules), inlineSecrets ? readSecretFile : undefined);
  if (settings.receivers.deadMan.length === 0)
    stderr.write('Nobody hears when alerting itself stops: alertmanager.receivers.deadMan is empty.\n');
  if (out === undefined) stdout.write(text);
  else writeWhole(out, text, inlineSecrets ? PRIVATE : READABLE);
}

/** In one step: Alertmanager may be reading it now. */
function writeWhole(file: string, text: string, mode: number): void {
  const temporary = `${file}.${randomUUID()}`;
  try {
    writeFileSync(temporary, text, { mode });
    // Whatever the umask is.
    chmodSync(temporary, mode);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new ValuesError([`${file}: ${messageOf(error)}`]);
  }
  stdout.write(`${file}\n`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
