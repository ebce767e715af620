import { spawn, type ChildProcess } from 'node:child_process';

/**
 * A shell that outlives this process by a moment. It reads "+ pid" and "- pid" lines and, when its
 * input ends because this process is gone, however it ended, stops the pids that are left: first
 * with SIGTERM, then with SIGKILL. Its own session keeps it out of reach of Ctrl-C and of a closed
 * terminal.
 */
const SCRIPT = `
trap '' HUP INT TERM
pids=' '
while read -r sign pid; do
  case "$sign" in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%%" $pid "*} \${pids#*" $pid "}" ;;
  esac
done
any() { for pid in $pids; do kill -0 "$pid" 2>/dev/null && return 0; done; return 1; }
for pid in $pids; do kill -CONT "$pid" 2>/dev/null; kill -TERM "$pid" 2>/dev/null; done
for _ in 1 2 3 4 5 6 7 8 9 10; do any || exit 0; sleep 0.2; done
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
`;

/** Sees to it that children end with this process, even when it is killed with SIGKILL. */
export class OrphanWatch {
  readonly #shell: ChildProcess;

  constructor() {
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT], {
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#shell.on('error', reportLoss);
    this.#shell.stdin?.on('error', reportLoss);
    // It must not keep this process alive: that it ends is what it waits for.
    this.#shell.unref();
    const input = this.#shell.stdin as unknown as { unref?: () => void } | null;
    input?.unref?.();
  }

  add(pid: number): void {
    this.#shell.stdin?.write(`+ ${pid}\n`);
  }

  remove(pid: number): void {
    this.#shell.stdin?.write(`- ${pid}\n`);
  }
}

function reportLoss(error: Error): void {
  process.stderr.write(`Children may outlive this process if it is killed: ${error.message}\n`);
}
