import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'yaml';

import type { DockerDaemon } from '../../../docker/testing/docker-daemon.ts';
import { buildImage } from '../../../docker/testing/test-image.ts';
import { goModuleFolder } from '../../../local/tools/go-module.ts';
import { KEDA_MODULE } from '../../../local/tools/kubernetes-tools.ts';
import type { ToolName } from '../../../local/tools/tool-table.ts';
import type { Cluster } from './cluster.ts';

const NAMESPACE = 'keda';
const METRICS_API = 'v1beta1.external.metrics.k8s.io';
const PATIENCE = '--timeout=5m';
/** The one that the official images have; a name would not do, since pods must not run as root. */
const USER = '65532:65532';

interface Part {
  /** In the manifests. */
  readonly image: string;
  readonly tool: ToolName;
  /** Where the manifests look for it in the image. */
  readonly program: string;
}

const PARTS: readonly Part[] = [
  { image: 'ghcr.io/kedacore/keda', tool: 'keda-operator', program: 'keda' },
  { image: 'ghcr.io/kedacore/keda-metrics-apiserver', tool: 'keda-adapter', program: 'keda-adapter' },
  {
    image: 'ghcr.io/kedacore/keda-admission-webhooks',
    tool: 'keda-webhooks',
    program: 'keda-admission-webhooks',
  },
];

/** @returns the names of the images */
export async function buildKedaImages(docker: DockerDaemon): Promise<string[]> {
  const names: string[] = [];
  for (const { image, tool, program } of PARTS) {
    const name = `${image}:${KEDA_MODULE.version}`;
    const dockerfile = `COPY ${program} /\nUSER ${USER}\nENTRYPOINT ["/${program}"]\n`;
    await buildImage(docker, name, { programs: { [program]: tool }, dockerfile });
    names.push(name);
  }
  return names;
}

/** KEDA's own manifests, as its release makes them; returns when the cluster can be asked for its metrics. */
export async function installKeda(cluster: Cluster): Promise<void> {
  const folder = join(cluster.folder, 'keda');
  await mkdir(join(folder, 'overlay'), { recursive: true });
  const module = await goModuleFolder(KEDA_MODULE.module, KEDA_MODULE.version);
  // What kustomize reads has to be below one folder.
  await cp(join(module, 'config'), join(folder, 'config'), { recursive: true });
  await writeFile(join(folder, 'overlay', 'kustomization.yaml'), stringify(overlay()));
  // Descriptions of all fields of pods are more than an annotation may hold.
  await cluster.kubectl('apply', '--server-side', '--kustomize', join(folder, 'overlay'));
  await cluster.kubectl('--namespace', NAMESPACE, 'rollout', 'status', 'deployment', PATIENCE);
  await cluster.kubectl('wait', '--for=condition=Available', PATIENCE, `apiservice/${METRICS_API}`);
}

function overlay(): object {
  const neverPull = [
    { op: 'replace', path: '/spec/template/spec/containers/0/imagePullPolicy', value: 'IfNotPresent' },
  ];
  return {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['../config/default'],
    images: PARTS.map(({ image }) => ({ name: image, newTag: KEDA_MODULE.version })),
    patches: [{ target: { kind: 'Deployment' }, patch: stringify(neverPull) }],
  };
}
