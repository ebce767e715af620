import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { nkeys } from 'nats';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/**
 * A CA with a server's and a client's certificate: `<authority>-<name>.crt` and `.key`.
 * @param program path of openssl
 */
export function makeCertificates(program: string, folder: string, authority: string): void {
  const openssl = (...args: string[]) => execFileSync(program, args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const ca = (name: string) => `${authority}-${name}`;
  openssl('req', '-x509', ...key, '-keyout', ca('ca.key'), '-out', ca('ca.crt'), '-subj', `/CN=${authority}`);
  writeFileSync(join(folder, 'names.cnf'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  for (const name of ['server', 'client']) {
    const request = ca(`${name}.csr`);
    openssl('req', ...key, '-keyout', ca(`${name}.key`), '-out', request, '-subj', `/CN=${name}`);
    const signing = ['-CA', ca('ca.crt'), '-CAkey', ca('ca.key'), '-CAcreateserial', '-extfile', 'names.cnf'];
    openssl('x509', '-req', '-in', request, ...signing, '-out', ca(`${name}.crt`));
  }
}

export interface Operator {
  /** Lines for the server's configuration. */
  readonly config: string;
  /** The content of a credentials file of a new user. */
  readonly credentials: () => string;
}

/** An operator with a system account and one for the bot, as `nsc` makes them. */
export function makeOperator(): Operator {
  const operator = nkeys.createOperator();
  const accounts = { SYS: nkeys.createAccount(), BOT: nkeys.createAccount() };
  const publicKeys = { SYS: accounts.SYS.getPublicKey(), BOT: accounts.BOT.getPublicKey() };
  const limits = {
    subs: -1,
    data: -1,
    payload: -1,
    imports: -1,
    exports: -1,
    wildcards: true,
    conn: -1,
    leaf: -1,
  };
  const jwtOf = (name: keyof typeof accounts, storage: number) =>
    sign(operator, publicKeys[name], name, {
      type: 'account',
      version: 2,
      limits: { ...limits, mem_storage: storage, disk_storage: storage, streams: -1, consumer: -1 },
    });
  return {
    config: [
      `operator: ${sign(operator, operator.getPublicKey(), 'OP', { type: 'operator', version: 2 })}`,
      `system_account: ${publicKeys.SYS}`,
      'resolver: MEMORY',
      `resolver_preload: { ${publicKeys.SYS}: ${jwtOf('SYS', 0)}, ${publicKeys.BOT}: ${jwtOf('BOT', -1)} }`,
    ].join('\n'),
    credentials: () => {
      const user = nkeys.createUser();
      const jwt = sign(accounts.BOT, user.getPublicKey(), 'bot', {
        type: 'user',
        version: 2,
        subs: -1,
        data: -1,
        payload: -1,
      });
      const seed = Buffer.from(user.getSeed()).toString();
      return [block('NATS USER JWT', jwt), block('USER NKEY SEED', seed)].join('\n');
    },
  };
}

function block(title: string, text: string): string {
  return `-----BEGIN ${title}-----\n${text}\n------END ${title}------\n`;
}

/** https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt */
function sign(issuer: KeyPair, subject: string, name: string, nats: object): string {
  const claims = { iat: 1, iss: issuer.getPublicKey(), name, sub: subject, nats };
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex').toUpperCase();
  const signed = [
    { typ: 'JWT', alg: 'ed25519-nkey' },
    { ...claims, jti },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${Buffer.from(issuer.sign(Buffer.from(signed))).toString('base64url')}`;
}
