import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { GUEST_DNS } from '../../../docker/testing/own-machine.ts';
import type { LocalProcess } from '../../../local/process.ts';
import type { PartsOfCluster } from './control-plane.ts';
import { NETWORK } from './network.ts';

/** Holds a pod's namespaces; built from the base of the other images. */
export const PAUSE_IMAGE = 'docker.io/library/shardwatch-pause:test';

/** The only node: containers, pods, virtual addresses of services and names. */
export async function startNode(parts: PartsOfCluster, cgroup: string): Promise<LocalProcess[]> {
  const { machine, programs, folder, access } = parts;
  const { paths, root, env } = programs;
  const files = await writeConfiguration(parts, cgroup);
  const containerd = machine.enter('containerd', join(root, 'usr', 'bin', 'containerd'), [
    `--config=${files.containerd}`,
    '--log-level=warn',
  ]);
  const kubelet = machine.enter('kubelet', paths.kubelet, [
    `--config=${files.kubelet}`,
    `--kubeconfig=${await access.kubeconfig('system:node:node', NETWORK.apiServer)}`,
    `--root-dir=${join(folder, 'kubelet')}`,
    `--cert-dir=${join(folder, 'kubelet-certificates')}`,
    `--node-ip=${NETWORK.node}`,
    '--hostname-override=node',
  ]);
  const proxy = machine.enter('kube-proxy', paths['kube-proxy'], [
    `--config=${files.proxy}`,
    '--hostname-override=node',
  ]);
  const names = machine.enter('coredns', paths.coredns, [`-conf=${files.coredns}`], env);
  return [containerd, kubelet, proxy, names];
}

/** containerd's socket, as `ctr` and the kubelet want it. */
export function containerSocket(folder: string): string {
  return join(folder, 'containerd.sock');
}

async function writeConfiguration({ folder, programs, access }: PartsOfCluster, cgroup: string) {
  const configuration = join(folder, 'configuration');
  const cni = join(folder, 'cni');
  for (const each of [configuration, cni]) await mkdir(each, { recursive: true });
  const write = async (name: string, text: string) => {
    const file = join(configuration, name);
    await writeFile(file, text);
    return file;
  };
  await writeFile(join(cni, '10-bridge.conflist'), JSON.stringify(podNetwork(folder)));
  const resolvConf = await write('resolv.conf', `nameserver ${GUEST_DNS}\n`);
  return {
    containerd: await write('containerd.toml', containerdConfiguration(folder, cni, programs.cni)),
    kubelet: await write('kubelet.yaml', stringify(kubeletConfiguration(folder, cgroup, resolvConf))),
    proxy: await write(
      'proxy.yaml',
      stringify(proxyConfiguration(await access.kubeconfig('system:kube-proxy', NETWORK.apiServer))),
    ),
    coredns: await write('Corefile', corefile(await access.kubeconfig('admin', NETWORK.apiServer))),
  };
}

function podNetwork(folder: string): object {
  const bridge = {
    type: 'bridge',
    bridge: 'cni0',
    isGateway: true,
    ipMasq: true,
    // A pod may reach itself by its service's address.
    hairpinMode: true,
    ipam: {
      type: 'host-local',
      dataDir: join(folder, 'addresses'),
      ranges: [[{ subnet: NETWORK.pods }]],
      routes: [{ dst: '0.0.0.0/0' }],
    },
  };
  return { cniVersion: '0.4.0', name: 'pods', plugins: [bridge, { type: 'loopback' }].slice(0, 1) };
}

function containerdConfiguration(folder: string, cni: string, plugins: string): string {
  return `version = 2
root = "${join(folder, 'containers')}"
state = "${join(folder, 'state')}"
[grpc]
address = "${containerSocket(folder)}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${PAUSE_IMAGE}"
disable_apparmor = true
# Whoever runs this may not be allowed to lower it.
restrict_oom_score_adj = true
stream_server_address = "127.0.0.1"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "overlayfs"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${plugins}"
conf_dir = "${cni}"
`;
}

function kubeletConfiguration(folder: string, cgroup: string, resolvConf: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    // Nobody else is in its network.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [NETWORK.node],
    clusterDomain: NETWORK.domain,
    resolvConf,
    containerRuntimeEndpoint: `unix://${containerSocket(folder)}`,
    podLogsDir: join(folder, 'pod-logs'),
    enforceNodeAllocatable: ['none'],
    // However full the disk of a test machine is.
    evictionHard: { 'memory.available': '100Mi' },
    imageGCHighThresholdPercent: 100,
    imageMaximumGCAge: '0s',
    localStorageCapacityIsolation: false,
  };
}

function proxyConfiguration(kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: NETWORK.pods,
    clientConnection: { kubeconfig },
    // The machine's limits are not ours to change.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}

function corefile(kubeconfig: string): string {
  return `.:53 {
  bind ${NETWORK.node}
  errors
  kubernetes ${NETWORK.domain} in-addr.arpa ip6.arpa {
    kubeconfig ${kubeconfig}
    ttl 5
  }
  forward . ${GUEST_DNS}
}
`;
}
