import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';
const COLUMNS = { localAddress: 1, state: 3, inode: 9 };

/**
 * The process that listens on a TCP port, such as "nginx, pid 4711". Undefined where it cannot be
 * told: not on Linux, or a process of another user or container.
 */
export function portOwner(port: number): string | undefined {
  try {
    const inodes = listeningInodes(port);
    if (inodes.size === 0) return undefined;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (holdsSocket(pid, inodes)) {
        // The command line may hold secrets, the name does not.
        return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()}, pid ${pid}`;
      }
    }
  } catch {
    // The process ended meanwhile, or there is no /proc here: it cannot be told.
  }
  return undefined;
}

/** https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html */
function listeningInodes(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readOr(table, '').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      const inode = fields[COLUMNS.inode];
      if (inode && fields[COLUMNS.state] === LISTEN && fields[COLUMNS.localAddress]?.endsWith(suffix)) {
        inodes.add(`socket:[${inode}]`);
      }
    }
  }
  return inodes;
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => inodes.has(readlinkSync(`${folder}/${fd}`)));
  } catch {
    // Another user's, or gone.
    return false;
  }
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}
