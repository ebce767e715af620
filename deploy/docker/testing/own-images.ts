import { join } from 'node:path';

import { BASE_IMAGE } from './base-image.ts';
import type { DockerDaemon } from './docker-daemon.ts';

const PROJECT = join(import.meta.dirname, '..', '..', '..');

/** Under the names that the files ask for. */
export const OWN_IMAGES = { bot: 'shardwatch:0.1.0', simulator: 'shardwatch-simulator:0.1.0' } as const;

/** The images of the bot and of the simulator, from the Dockerfile. */
export async function buildOwnImages(docker: DockerDaemon): Promise<void> {
  const args = [
    'build',
    '--quiet',
    '-f',
    join(PROJECT, 'deploy', 'Dockerfile'),
    '--build-arg',
    `BASE_IMAGE=${BASE_IMAGE}`,
  ];
  await docker.run(...args, '--tag', OWN_IMAGES.bot, PROJECT);
  await docker.run(...args, '--target', 'simulator', '--tag', OWN_IMAGES.simulator, PROJECT);
}
