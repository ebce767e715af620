import { readFileSync } from 'node:fs';

import { credsAuthenticator, type ConnectionOptions } from 'nats';

import { CodedError, EXIT_MISCONFIGURED, messageOf } from '../errors.ts';
import type { NatsConfig } from './connect-nats.ts';

/**
 * Credentials and certificates. The files are read again at each reconnect, so that what an orchestrator
 * replaces in them is used without a restart.
 * @throws {CodedError} NATS_FILE_UNREADABLE
 */
export function filesOfConnection(
  config: Pick<NatsConfig, 'credsFile' | 'tlsCaFile' | 'tlsCertFile' | 'tlsKeyFile'>,
): Pick<ConnectionOptions, 'authenticator' | 'tls'> {
  const { credsFile, tlsCaFile, tlsCertFile, tlsKeyFile } = config;
  if ((tlsCertFile === '') !== (tlsKeyFile === '')) {
    throw new CodedError('CONFIG_INVALID', 'NATS_TLS_CERT_FILE and NATS_TLS_KEY_FILE', {
      expected: 'both or neither',
      got: `only ${tlsCertFile ? 'NATS_TLS_CERT_FILE' : 'NATS_TLS_KEY_FILE'}`,
      exitCode: EXIT_MISCONFIGURED,
    });
  }
  const tls = {
    ...named('caFile', 'NATS_TLS_CA_FILE', tlsCaFile),
    ...named('certFile', 'NATS_TLS_CERT_FILE', tlsCertFile),
    ...named('keyFile', 'NATS_TLS_KEY_FILE', tlsKeyFile),
  };
  return {
    ...(credsFile && { authenticator: credsAuthenticator(lastReadable('NATS_CREDS_FILE', credsFile)) }),
    ...(Object.keys(tls).length > 0 && { tls }),
  };
}

/** The library waits for a file that is not there as it does for a server; we want to know at once. */
function named(option: string, variable: string, path: string): Record<string, string> {
  if (path === '') return {};
  readNamed(variable, path);
  return { [option]: path };
}

/** While the file is being replaced there may be none. */
function lastReadable(variable: string, path: string): () => Buffer {
  let last = readNamed(variable, path);
  return () => {
    try {
      last = readFileSync(path);
    } catch {
      return last;
    }
    return last;
  };
}

function readNamed(variable: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CodedError('NATS_FILE_UNREADABLE', `${variable} cannot be read`, {
      expected: 'the path of a readable file',
      got: messageOf(error),
      exitCode: EXIT_MISCONFIGURED,
      cause: error,
    });
  }
}
