import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { codeOf } from '../../../runtime/errors.ts';

const PREFIX = 'shardwatch-demo-';
/**
 * As long as a demo lives it listens on this socket in its folder. The kernel takes the listener away with the process,
 * however that ends, and no other process can be taken for it, as one with the same id could.
 */
const ALIVE = 'alive.sock';
const TOO_LONG: ReadonlySet<string | undefined> = new Set(['ENAMETOOLONG', 'EINVAL']);
/** Processes of a killed demo may still end, and write, while their folder is removed. */
const REMOVE_TRIES = 10;

export interface DemoFolder {
  readonly path: string;
  /** Nothing of it is left, unless it is to be kept. */
  readonly end: () => Promise<void>;
}

/**
 * A new folder for a demo.
 * @param parent of it, such as the folder for temporary files
 * @param keep whether the folder stays when the demo has ended, in whatever way
 */
export async function makeDemoFolder(parent: string, keep: boolean): Promise<DemoFolder> {
  const path = await mkdtemp(join(parent, PREFIX));
  // Nobody removes a folder without a socket.
  if (keep) return { path, end: async () => undefined };
  const server = await sayAlive(path);
  return {
    path,
    end: async () => {
      if (server) await new Promise((resolve) => server.close(resolve));
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Undefined where the path is longer than one of a socket may be: then the folder stays if the demo is killed. */
async function sayAlive(folder: string): Promise<Server | undefined> {
  const server = createServer((connection) => connection.destroy());
  const socket = join(folder, `${ALIVE}.new`);
  try {
    await listen(server, socket);
  } catch (error) {
    if (!TOO_LONG.has(codeOf(error))) throw error;
    return undefined;
  }
  server.unref();
  // Only now: between its making and the first listening it refuses, as one without a process does.
  await rename(socket, join(folder, ALIVE));
  return server;
}

/**
 * Removes the folders of demos that were killed.
 * @returns their paths
 */
export async function removeAbandonedFolders(parent: string): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(parent, name);
    if (!(await isAbandoned(join(path, ALIVE)))) continue;
    await rm(path, { recursive: true, force: true, maxRetries: REMOVE_TRIES });
    removed.push(path);
  }
  return removed;
}

/** Only where the kernel says so: a socket of somebody else's, or none at all, tells nothing. */
async function isAbandoned(socket: string): Promise<boolean> {
  const connection = connect(socket);
  return new Promise((resolve) => {
    connection.on('connect', () => {
      connection.destroy();
      resolve(false);
    });
    connection.on('error', (error) => resolve(codeOf(error) === 'ECONNREFUSED'));
  });
}

async function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
}
