import { freePort } from './free-port.ts';
import { NatsServer, type NatsServerOptions } from './nats-server.ts';

const SERVERS = 3;

/** Three real nats-servers on this machine, each with JetStream, as one cluster. */
export class NatsCluster implements AsyncDisposable {
  readonly servers: readonly NatsServer[];

  private constructor(servers: readonly NatsServer[]) {
    this.servers = servers;
  }

  static async start(options: Pick<NatsServerOptions, 'binary'> = {}): Promise<NatsCluster> {
    const ports: number[] = [];
    while (ports.length < SERVERS) ports.push(await freePort());
    const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
    const started = await Promise.allSettled(
      ports.map(async (port, index) =>
        NatsServer.start({
          ...options,
          config: [
            `server_name: "${nameOf(index)}"`,
            `cluster { name: "local", listen: "127.0.0.1:${port}", routes: [${routes}] }`,
          ].join('\n'),
        }),
      ),
    );
    const servers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = started.find((result) => result.status === 'rejected');
    if (!failed) return new NatsCluster(servers);
    await Promise.all(servers.map(async (server) => server[Symbol.asyncDispose]()));
    throw failed.reason;
  }

  /** Comma-separated addresses of all of them. */
  get url(): string {
    return this.servers.map(({ url }) => url).join(',');
  }

  /** The server that JetStream calls by this name. */
  named(name: string): NatsServer {
    const server = this.servers.find((_, index) => nameOf(index) === name);
    if (!server) throw new Error(`no server is called ${name}`);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map(async (server) => server[Symbol.asyncDispose]()));
  }
}

function nameOf(index: number): string {
  return `n${index + 1}`;
}
