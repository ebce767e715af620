import { join } from 'node:path';

import type { OwnMachine } from '../../../docker/testing/own-machine.ts';
import type { LocalProcess } from '../../../local/process.ts';
import { AGGREGATOR, type Access } from './access.ts';
import { NETWORK } from './network.ts';
import type { ClusterPrograms } from './programs.ts';

export interface PartsOfCluster {
  readonly machine: OwnMachine;
  readonly programs: ClusterPrograms;
  readonly folder: string;
  readonly access: Access;
}

/** A third of what it is by default: tests wait for it. */
const AUTOSCALER_PERIOD = '5s';

/** etcd, the API server, the controllers and the scheduler. */
export async function startControlPlane(parts: PartsOfCluster): Promise<LocalProcess[]> {
  const { machine, programs, folder, access } = parts;
  const { paths } = programs;
  const certificates = join(folder, 'api-server');
  const etcd = machine.enter('etcd', paths.etcd, [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${NETWORK.etcd}`,
    `--advertise-client-urls=${NETWORK.etcd}`,
    // What is lost with the machine is wanted by nobody.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ]);
  const apiServer = machine.enter('kube-apiserver', paths['kube-apiserver'], [
    `--etcd-servers=${NETWORK.etcd}`,
    `--advertise-address=${NETWORK.node}`,
    `--secure-port=${NETWORK.apiServerPort}`,
    // It makes a certificate of its own there.
    `--cert-dir=${certificates}`,
    `--service-cluster-ip-range=${NETWORK.services}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${access.keyFile}`,
    `--service-account-key-file=${access.keyFile}`,
    `--token-auth-file=${access.tokensFile}`,
    '--authorization-mode=Node,RBAC',
    '--allow-privileged=true',
    '--kubelet-preferred-address-types=InternalIP',
    ...aggregation(access),
  ]);
  const controllers = machine.enter('kube-controller-manager', paths['kube-controller-manager'], [
    `--kubeconfig=${await access.kubeconfig('system:kube-controller-manager', NETWORK.apiServer)}`,
    `--service-account-private-key-file=${access.keyFile}`,
    `--root-ca-file=${join(certificates, 'apiserver.crt')}`,
    '--use-service-account-credentials',
    `--horizontal-pod-autoscaler-sync-period=${AUTOSCALER_PERIOD}`,
    '--leader-elect=false',
    `--cert-dir=${join(folder, 'controllers')}`,
  ]);
  const scheduler = machine.enter('kube-scheduler', paths['kube-scheduler'], [
    `--kubeconfig=${await access.kubeconfig('system:kube-scheduler', NETWORK.apiServer)}`,
    '--leader-elect=false',
    `--cert-dir=${join(folder, 'scheduler')}`,
  ]);
  return [etcd, apiServer, controllers, scheduler];
}

/** https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/ */
function aggregation({ aggregator }: Access): string[] {
  return [
    `--requestheader-client-ca-file=${aggregator.certificateFile}`,
    `--requestheader-allowed-names=${AGGREGATOR}`,
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${aggregator.certificateFile}`,
    `--proxy-client-key-file=${aggregator.keyFile}`,
  ];
}
