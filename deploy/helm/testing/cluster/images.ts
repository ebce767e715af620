import { join } from 'node:path';

import { importBaseImage } from '../../../docker/testing/base-image.ts';
import { DockerDaemon } from '../../../docker/testing/docker-daemon.ts';
import { buildOwnImages, OWN_IMAGES } from '../../../docker/testing/own-images.ts';
import { buildImage } from '../../../docker/testing/test-image.ts';
import type { Cluster } from './cluster.ts';
import { PAUSE_IMAGE } from './node.ts';
import type { ClusterPrograms } from './programs.ts';

const PAUSE = { dockerfile: 'ENTRYPOINT ["sleep", "infinity"]\n' };

/** Builds images of others; returns their names. */
export type BuildMore = (docker: DockerDaemon) => Promise<readonly string[]>;

/** Builds ours from the Dockerfile, and others, with a Docker daemon of its own, and gives them to the cluster's node. */
export async function buildClusterImages(
  programs: ClusterPrograms,
  cluster: Cluster,
  buildMore: BuildMore,
): Promise<void> {
  await using docker = await DockerDaemon.start(programs);
  await importBaseImage(docker, programs);
  await buildOwnImages(docker);
  await buildImage(docker, PAUSE_IMAGE, PAUSE);
  const names = [PAUSE_IMAGE, ...Object.values(OWN_IMAGES), ...(await buildMore(docker))];
  const archive = join(docker.folder, 'images.tar');
  await docker.run('save', '--output', archive, ...names);
  await cluster.importImages(archive);
}
