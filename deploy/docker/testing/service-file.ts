import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

const DEPLOY = join(import.meta.dirname, '..', '..');

export interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: Readonly<Record<string, unknown>>;
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly ports?: readonly unknown[];
  readonly secrets?: readonly (string | { readonly source: string; readonly target: string })[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly mem_limit?: string;
  readonly cpus?: number;
  readonly restart?: string;
  readonly deploy?: {
    readonly replicas: number;
    readonly endpoint_mode: string;
    readonly restart_policy: Readonly<Record<string, unknown>>;
    readonly update_config: Readonly<Record<string, unknown>>;
    readonly resources: { readonly limits: { readonly cpus: string; readonly memory: string } };
  };
}

export interface ServiceFile {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly configs?: Readonly<Record<string, { readonly name: string; readonly file: string }>>;
  readonly secrets?: Readonly<Record<string, { readonly name: string; readonly file: string }>>;
}

/** @param path below `deploy/` */
export function deployText(path: string): string {
  return readFileSync(join(DEPLOY, path), 'utf8');
}

/** Anchors and merges resolved, variables as they stand. @param path below `deploy/` */
export function serviceFile(path: string): ServiceFile {
  return parse(deployText(path), { merge: true, maxAliasCount: -1 }) as ServiceFile;
}
