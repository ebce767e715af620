import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { until } from '../../../docker/testing/until.ts';
import type { Cluster } from './cluster.ts';

/** kube-proxy opens a port of the node some time after the service is there. */
const DOOR_TIMEOUT_MS = 60_000;
const STAYS_OPEN_MS = 300;

export interface Door {
  /** The label `app.kubernetes.io/name` of the pods. */
  readonly name: string;
  readonly port: number;
}

/** @returns `host:port` on this machine, behind which the pods of an application are */
export async function openDoor(cluster: Cluster, namespace: string, { name, port }: Door): Promise<string> {
  const selector = { 'app.kubernetes.io/name': name };
  const spec = { type: 'NodePort', selector, ports: [{ port }] };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: `${name}-door` }, spec };
  const file = await cluster.write(service);
  const nodePort = ['--output', 'jsonpath={.spec.ports[0].nodePort}'];
  const output = await cluster.kubectl('--namespace', namespace, 'create', '--filename', file, ...nodePort);
  const hostPort = await cluster.forward(Number(output));
  await until(`${name} takes connections`, DOOR_TIMEOUT_MS, async () => staysOpen(hostPort));
  return `127.0.0.1:${hostPort}`;
}

/** Whoever forwards takes every connection, and closes it at once where nobody stands behind it. */
async function staysOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const { promise: ended, resolve } = Promise.withResolvers<false>();
  socket.once('error', () => resolve(false)).once('close', () => resolve(false));
  const open = await Promise.race([ended, sleep(STAYS_OPEN_MS, true)]);
  socket.destroy();
  return open;
}
