import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../deploy/local/free-port.ts';
import { LocalProcess } from '../../deploy/local/process.ts';
import { ensureTool } from '../../deploy/local/tools/ensure-tool.ts';
import { runCommand } from '../../deploy/local/tools/run-command.ts';
import { TOOLS } from '../../deploy/local/tools/tool-table.ts';
import { versionIn } from '../../deploy/local/tools/tool-version.ts';
import { messageOf } from '../../runtime/errors.ts';
import { portIn } from '../testing/pipeline.ts';

export type Exporter = 'ours' | 'prometheus-nats-exporter';

/** An exporter that is scraped. */
export interface Subject {
  readonly exporter: Exporter;
  readonly url: string;
  readonly pid: number;
  /** Requests that NATS has had from it. */
  readonly requests: () => Promise<number>;
}

/** What `/connz` and `/varz` of the server's monitoring port tell. */
interface Connections {
  readonly connections: readonly { readonly name?: string; readonly in_msgs: number }[];
}
interface Server {
  readonly http_req_stats: Readonly<Record<string, number>>;
}

const COMPILED_EXPORTER = 'dist/exporters/main.js';
const CONNECTION_NAME = 'jetstream-exporter';
const PEER = 'prometheus-nats-exporter';
const START_TIMEOUT_MS = 10_000;
const START_POLL_MS = 50;
const VERSION_TIMEOUT_MS = 10_000;

export async function startOurs(
  stack: AsyncDisposableStack,
  natsUrl: string,
  monitorUrl: string,
): Promise<Subject> {
  const exporter = stack.use(
    new LocalProcess({
      name: 'exporter',
      command: process.execPath,
      args: [COMPILED_EXPORTER],
      env: { PATH: process.env['PATH'], PORT: '0', NATS_URL: natsUrl },
    }),
  );
  const port = await exporter.waitForLine(portIn);
  await exporter.waitForLine((line) => line.includes('"exporting"') || undefined);
  return {
    exporter: 'ours',
    url: `http://127.0.0.1:${port}/metrics`,
    pid: exporter.pid,
    requests: async () => {
      const { connections } = await readMonitor<Connections>(`${monitorUrl}/connz`);
      const own = connections.find(({ name }) => name === CONNECTION_NAME);
      if (!own) throw new Error(`no connection is called ${CONNECTION_NAME}`);
      return own.in_msgs;
    },
  };
}

/** The peer with all that it has of JetStream, or why it cannot be had. */
export async function startPeer(
  stack: AsyncDisposableStack,
  monitorUrl: string,
): Promise<{ readonly subject: Subject; readonly version: string } | { readonly missing: string }> {
  let program: string;
  try {
    program = await ensureTool(PEER, { log: (line) => process.stderr.write(`${line}\n`) });
  } catch (error) {
    return { missing: messageOf(error) };
  }
  const answer = await runCommand(program, TOOLS[PEER].versionArgs, { timeoutMs: VERSION_TIMEOUT_MS });
  const port = await freePort();
  const peer = stack.use(
    new LocalProcess({
      name: PEER,
      command: program,
      args: ['-addr', '127.0.0.1', '-port', String(port), '-jsz=all', monitorUrl],
      env: { PATH: process.env['PATH'] },
    }),
  );
  const url = `http://127.0.0.1:${port}/metrics`;
  await untilAnswering(peer, url);
  const subject: Subject = {
    exporter: PEER,
    url,
    pid: peer.pid,
    requests: async () => (await readMonitor<Server>(`${monitorUrl}/varz`)).http_req_stats['/jsz'] ?? 0,
  };
  return { subject, version: versionIn(answer) ?? 'unknown' };
}

async function untilAnswering(peer: LocalProcess, url: string): Promise<void> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (!(await fetch(url).catch(() => undefined))?.ok) {
    if (performance.now() > deadlineMs) throw new Error(`${peer.name} does not answer\n${peer.output}`);
    await sleep(START_POLL_MS);
  }
}

async function readMonitor<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}
