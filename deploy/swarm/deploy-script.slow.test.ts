import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { DockerDaemon } from '../docker/testing/docker-daemon.ts';
import { dockerPrograms, whyNoDocker } from '../docker/testing/docker-programs.ts';
import { leftoversOf } from '../docker/testing/leftovers.ts';
import { runCommand } from '../local/tools/run-command.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
/** What deploy.sh reads. */
const READ = ['deploy/swarm', 'deploy/services', 'alerts/generated', 'dashboards/generated'];
const DEAD_MAN_URL = 'http://127.0.0.1:9/dead-man';
const TIMEOUT_MS = 120_000;

const reason = whyNoDocker();
if (reason) console.warn(`SKIPPED: deploy.sh on a real Docker daemon: ${reason}`);

/** No image is there and no task starts: what Swarm is told to run is looked at. */
describe.skipIf(reason !== undefined)('deploy.sh, step by step', () => {
  let docker: DockerDaemon;
  let root = '';

  beforeAll(async () => {
    docker = await DockerDaemon.start(await dockerPrograms());
    await docker.run('swarm', 'init', '--advertise-addr', '127.0.0.1');
    root = join(docker.folder, 'checkout');
    for (const folder of READ) await cp(join(PROJECT, folder), join(root, folder), { recursive: true });
    await mkdir(secret(''), { recursive: true });
  }, TIMEOUT_MS);

  afterAll(async () => {
    if (!docker) return;
    await docker.run('swarm', 'leave', '--force');
    await docker[Symbol.asyncDispose]();
    expect(await leftoversOf(docker.folder)).toEqual([]);
  }, TIMEOUT_MS);

  const secret = (name: string) => join(docker.folder, 'secrets', name);

  async function deploy(): Promise<string> {
    const env = { ...docker.env, SECRETS: secret('') };
    return runCommand(join(root, 'deploy', 'swarm', 'deploy.sh'), ['bot'], { env, timeoutMs: TIMEOUT_MS });
  }

  /** The names by which Alertmanager finds its secrets. */
  async function secretsOfAlertmanager(): Promise<string[]> {
    const format = '{{range .Spec.TaskTemplate.ContainerSpec.Secrets}}{{println .File.Name}}{{end}}';
    const names = await docker.run('service', 'inspect', '--format', format, 'bot_alertmanager');
    return names.split('\n').filter(Boolean).toSorted();
  }

  test('what only the user has is asked for, all of it at once', async () => {
    await expect(deploy()).rejects.toThrow(/one file each: discord_token alert_webhook_url/);
    expect(await docker.run('service', 'ls', '--quiet')).toBe('');
  });

  test(
    'passwords are made, are different, are for their owner only, and stay',
    async () => {
      await writeFile(secret('discord_token'), 'not-a-real-token');
      await writeFile(secret('alert_webhook_url'), 'http://127.0.0.1:9/');
      const said = await deploy();
      expect(said).toContain('NOBODY NOTICES WHEN ALERTING ITSELF IS DEAD');
      const made = readdirSync(secret('')).filter((name) => name.endsWith('_password'));
      expect(made).toHaveLength(5);
      const passwords = made.map((name) => readFileSync(secret(name), 'utf8'));
      expect(new Set(passwords).size).toBe(made.length);
      for (const password of passwords) expect(password).toMatch(/^[0-9a-f]{32}$/);
      for (const name of made) expect(statSync(secret(name)).mode & 0o077).toBe(0);
      expect(said).not.toMatch(new RegExp(passwords.join('|')));

      expect(await deploy()).not.toContain('removing');
      expect(made.map((name) => readFileSync(secret(name), 'utf8'))).toEqual(passwords);
    },
    TIMEOUT_MS,
  );

  test(
    "a dead man's switch is set as it is said at each deploy",
    async () => {
      const services = join(root, 'deploy', 'services');
      const values = join(services, 'alertmanager-values.yaml');
      const uncommented = (await readFile(values, 'utf8')).replace(
        '    # deadMan:\n    #   -',
        '    deadMan:\n      -',
      );
      await writeFile(values, uncommented);
      const script = join(PROJECT, 'alerts', 'alertmanager', 'main.ts');
      const args = [script, '--values', values, '--out', join(services, 'alertmanager.yaml')];
      await runCommand(process.execPath, args, { timeoutMs: TIMEOUT_MS });
      await expect(deploy()).rejects.toThrow(/dead_man_url: alertmanager.yaml asks for it/);
      await writeFile(secret('dead_man_url'), DEAD_MAN_URL);
      expect(await deploy()).not.toContain('NOBODY');
      expect(await secretsOfAlertmanager()).toEqual(['alert_webhook_url', 'dead_man_url']);
    },
    TIMEOUT_MS,
  );
});
