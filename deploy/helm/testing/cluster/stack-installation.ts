import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { DockerDaemon } from '../../../docker/testing/docker-daemon.ts';
import { buildServiceImages } from '../../../docker/testing/service-images.ts';
import { buildImage, type TestImage } from '../../../docker/testing/test-image.ts';
import { OPERATOR_MODULE } from '../../../local/tools/kubernetes-tools.ts';
import { TOOLS } from '../../../local/tools/tool-table.ts';
import { archiveOf, dependencies } from '../stack.ts';
import { BOT_VALUES, type Installation } from './bot-in-cluster.ts';
import type { Cluster } from './cluster.ts';

/** Claims of the umbrella: one of each NATS server, of Prometheus and of Alertmanager. */
const VOLUMES = 5;
const VOLUME_SIZE = '20Gi';

const VERSIONED = {
  PROMETHEUS_IMAGE: `prometheus-image:v${TOOLS['prometheus-current'].minVersion}`,
  ALERTMANAGER_IMAGE: `alertmanager-image:v${TOOLS['alertmanager-current'].minVersion}`,
};

/** Under the names that the chart gives them. */
const OPERATOR_IMAGES: Readonly<Record<string, TestImage>> = {
  [`quay.io/prometheus-operator/prometheus-operator:${OPERATOR_MODULE.version}`]: {
    programs: { operator: 'prometheus-operator' },
    dockerfile: 'COPY operator /bin/\nENTRYPOINT ["/bin/operator"]\n',
  },
  [`quay.io/prometheus-operator/prometheus-config-reloader:${OPERATOR_MODULE.version}`]: {
    programs: { reloader: 'prometheus-config-reloader' },
    dockerfile:
      'COPY reloader /bin/prometheus-config-reloader\nENTRYPOINT ["/bin/prometheus-config-reloader"]\n',
  },
};

/** The archives of other people's charts; undefined where one cannot be had here. */
export function stackArchives(): Record<string, string> | undefined {
  const archives: Record<string, string> = {};
  for (const dependency of dependencies()) {
    if (dependency.name === 'shardwatch') continue;
    const archive = archiveOf(dependency);
    if (archive === undefined) return undefined;
    archives[dependency.name] = archive;
  }
  return archives;
}

function image(name: string): object {
  const [repository, tag] = name.split(':');
  return { registry: 'docker.io', repository: `library/${repository}`, tag };
}

/**
 * The umbrella as it comes, but for what no test can have: images of Grafana, nats-box, node-exporter, of NATS's
 * reloader and of the maker of webhooks' certificates.
 * @param chart the umbrella with its parts
 * @param webhooks address of the receiver of Discord webhooks, as pods see it
 */
export function stackInstallation(chart: string, webhooks: string): Installation {
  return {
    chart,
    values: {
      shardwatch: BOT_VALUES,
      nats: {
        container: { image: image('nats-image:test') },
        reloader: { enabled: false },
        natsBox: { enabled: false },
      },
      'kube-prometheus-stack': {
        grafana: { enabled: false },
        nodeExporter: { enabled: false },
        kubeStateMetrics: { enabled: false },
        prometheusOperator: { admissionWebhooks: { enabled: false }, tls: { enabled: false } },
        prometheus: { prometheusSpec: { image: image(VERSIONED.PROMETHEUS_IMAGE) } },
        alertmanager: { alertmanagerSpec: { image: image(VERSIONED.ALERTMANAGER_IMAGE) } },
      },
    },
    podSecurity: 'privileged',
    images: buildStackImages,
    prepare: async (cluster, namespace) => {
      await addVolumes(cluster);
      const addresses = ['page', 'ticket'].map((key) => `--from-literal=${key}=${webhooks}/${key}`);
      const create = ['create', 'secret', 'generic', 'shardwatch-alerts', ...addresses];
      await cluster.kubectl('--namespace', namespace, ...create);
    },
  };
}

async function buildStackImages(docker: DockerDaemon): Promise<string[]> {
  const services = await buildServiceImages(docker, ['NATS_IMAGE', 'PROMETHEUS_IMAGE', 'ALERTMANAGER_IMAGE']);
  const names = ['nats-image:test'];
  // The operator asks the tag for the version.
  for (const [variable, name] of Object.entries(VERSIONED)) {
    await docker.run('tag', services[variable] ?? '', name);
    names.push(name);
  }
  for (const [name, definition] of Object.entries(OPERATOR_IMAGES)) {
    await buildImage(docker, name, definition);
    names.push(name);
  }
  return names;
}

/** What the default storage class of a real cluster does. */
async function addVolumes(cluster: Cluster): Promise<void> {
  const items = [];
  for (let index = 0; index < VOLUMES; index += 1) {
    const path = join(cluster.folder, `volume-${index}`);
    await mkdir(path);
    // For whatever user the pod has.
    await chmod(path, 0o777);
    items.push(volume(`volume-${index}`, path));
  }
  const file = await cluster.write({ apiVersion: 'v1', kind: 'List', items });
  await cluster.kubectl('apply', '--filename', file);
}

function volume(name: string, path: string): object {
  const onNode = [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node'] }];
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: VOLUME_SIZE },
      accessModes: ['ReadWriteOnce'],
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: onNode }] } },
    },
  };
}
