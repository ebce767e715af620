import { join } from 'node:path';

import { dockerPrograms, whyNoDocker, type DockerPrograms } from '../../../docker/testing/docker-programs.ts';
import { ensureTool } from '../../../local/tools/ensure-tool.ts';
import { findTool } from '../../../local/tools/find-tool.ts';
import type { ToolName } from '../../../local/tools/tool-table.ts';

const NEEDED = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'coredns',
  'kubectl',
] as const satisfies readonly ToolName[];

type ProgramName = (typeof NEEDED)[number];

/** Program -> what it does here. */
const ON_PATH = { go: 'builds Kubernetes', openssl: 'makes certificates' };

/** Why no cluster can run here; undefined: one can. */
export function whyNoCluster(): string | undefined {
  const reason = whyNoDocker();
  if (reason) return reason;
  const path = process.env['PATH'] ?? '';
  const missing = Object.entries(ON_PATH).find(
    ([program]) => findTool({ programs: [program], folders: [] }, path).length === 0,
  );
  return missing && `there is no ${missing[0]} on PATH, which ${missing[1]}`;
}

export interface ClusterPrograms extends DockerPrograms {
  readonly paths: Readonly<Record<ProgramName, string>>;
  /** Folder of the programs that connect pods to the network. */
  readonly cni: string;
}

/** From `.tools`, or built into it, which takes some minutes. @throws {CodedError} COMMAND_FAILED, TOOL_MISSING */
export async function clusterPrograms(log: (line: string) => void): Promise<ClusterPrograms> {
  const docker = await dockerPrograms();
  const paths: Partial<Record<ProgramName, string>> = {};
  // One after the other: each build takes every core, and later ones find what earlier ones compiled.
  for (const name of NEEDED) paths[name] = await ensureTool(name, { log });
  return {
    ...docker,
    paths: paths as Record<ProgramName, string>,
    cni: join(docker.root, 'usr', 'lib', 'cni'),
  };
}
