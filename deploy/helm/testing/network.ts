import { BlockList, isIPv6 } from 'node:net';

import type { Manifest } from './helm.ts';
import { ofKind, selects } from './manifests.ts';

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels?: Labels;
}
interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[];
}
interface PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** The other end: a pod of the cluster, or an address outside of it. */
export type Other =
  { readonly pod: Labels; readonly namespace: Labels; readonly name: string } | { readonly ip: string };

export interface Traffic {
  readonly pod: Labels;
  readonly namespace: string;
  readonly direction: 'Ingress' | 'Egress';
  readonly other: Other;
  readonly port: number;
  readonly protocol?: 'TCP' | 'UDP';
}

/** https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
export function isAllowed(manifests: readonly Manifest[], traffic: Traffic): boolean {
  const { pod, namespace, direction } = traffic;
  const policies = ofKind(manifests, 'NetworkPolicy')
    .filter((policy) => policy.metadata.namespace === namespace)
    .map(({ spec }) => spec as PolicySpec)
    .filter(({ podSelector, policyTypes }) => policyTypes.includes(direction) && matches(podSelector, pod));
  if (policies.length === 0) return true;
  const rules = policies.flatMap(({ ingress, egress }) => (direction === 'Ingress' ? ingress : egress) ?? []);
  return rules.some((rule) => isPort(rule, traffic) && isPeer(rule, traffic));
}

function isPort({ ports }: Rule, { port, protocol = 'TCP' }: Traffic): boolean {
  return !ports || ports.some((each) => each.port === port && each.protocol === protocol);
}

function isPeer({ from, to }: Rule, { other, namespace }: Traffic): boolean {
  const peers = from ?? to;
  if (!peers || peers.length === 0) return true;
  return peers.some(({ ipBlock, podSelector, namespaceSelector }) => {
    if (ipBlock)
      return 'ip' in other && isInside(other.ip, [ipBlock.cidr]) && !isInside(other.ip, ipBlock.except ?? []);
    if ('ip' in other) return false;
    const inPlace = namespaceSelector
      ? matches(namespaceSelector, other.namespace)
      : other.name === namespace;
    return inPlace && (!podSelector || matches(podSelector, other.pod));
  });
}

function matches({ matchLabels = {} }: Selector, labels: Labels): boolean {
  return selects(matchLabels, labels);
}

function isInside(ip: string, blocks: readonly string[]): boolean {
  const family = familyOf(ip);
  const list = new BlockList();
  for (const block of blocks) {
    const [net = '', bits] = block.split('/');
    // To a BlockList every IPv4 address is inside of ::/0.
    if (familyOf(net) === family) list.addSubnet(net, Number(bits), family);
  }
  return list.check(ip, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
