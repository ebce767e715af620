import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { runCommand } from '../../../local/tools/run-command.ts';

const OPENSSL_TIMEOUT_MS = 30_000;
/** Who the API server is to the servers of other APIs. */
export const AGGREGATOR = 'aggregator';

/** Name in the cluster -> groups, as the API server's authorizers know them. */
const USERS = {
  admin: 'system:masters',
  'system:kube-controller-manager': '',
  'system:kube-scheduler': '',
  'system:kube-proxy': 'system:node-proxier',
  'system:node:node': 'system:nodes',
} as const;

export type ClusterUser = keyof typeof USERS;

/** Who may do what: files of a new cluster, with secrets that nobody else has. */
export interface Access {
  /** `--token-auth-file` */
  readonly tokensFile: string;
  /** Signs the tokens of service accounts. */
  readonly keyFile: string;
  /** With them the API server passes requests on to servers of other APIs; it trusts itself. */
  readonly aggregator: { readonly keyFile: string; readonly certificateFile: string };
  /** @returns the path of a kubeconfig */
  kubeconfig(user: ClusterUser, server: string): Promise<string>;
}

export async function createAccess(folder: string): Promise<Access> {
  await mkdir(folder, { recursive: true });
  const tokens = new Map(Object.keys(USERS).map((user) => [user, randomBytes(16).toString('hex')]));
  const tokensFile = join(folder, 'tokens.csv');
  const keyFile = join(folder, 'service-accounts.key');
  const lines = Object.entries(USERS).map(([user, group]) => {
    const groups = group ? `,"${group}"` : '';
    return `${tokens.get(user)},${user},${user}${groups}\n`;
  });
  await writeFile(tokensFile, lines.join(''), { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  await writeFile(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  return {
    tokensFile,
    keyFile,
    aggregator: await createAggregator(folder),
    kubeconfig: async (user, server) => {
      const file = join(folder, `${user.replaceAll(':', '-')}-${new URL(server).port}.yaml`);
      const text = stringify(kubeconfig(server, tokens.get(user) ?? ''));
      await writeFile(file, text, { mode: 0o600 });
      return file;
    },
  };
}

/** Node makes keys but no certificates; what trusts this one trusts nobody else. */
async function createAggregator(folder: string): Promise<Access['aggregator']> {
  const keyFile = join(folder, 'aggregator.key');
  const certificateFile = join(folder, 'aggregator.crt');
  const self = ['req', '-x509', '-nodes', '-newkey', 'rsa:2048', '-days', '2', '-subj', `/CN=${AGGREGATOR}`];
  const client = ['-addext', 'extendedKeyUsage=clientAuth'];
  const files = ['-keyout', keyFile, '-out', certificateFile];
  await runCommand('openssl', [...self, ...client, ...files], { timeoutMs: OPENSSL_TIMEOUT_MS });
  return { keyFile, certificateFile };
}

/** The server's certificate is its own, for names that are none of ours: nobody is between us and loopback. */
function kubeconfig(server: string, token: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
}
