import { GUEST_ADDRESS } from '../../../docker/testing/own-machine.ts';

/** What the parts of a cluster have to agree about. */
export const NETWORK = {
  node: GUEST_ADDRESS,
  services: '10.96.0.0/16',
  pods: '10.244.0.0/16',
  apiServer: `https://${GUEST_ADDRESS}:6443`,
  apiServerPort: 6_443,
  etcd: 'http://127.0.0.1:2379',
  domain: 'cluster.local',
} as const;
