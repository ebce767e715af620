import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { wallClockMs } from './clock.ts';
import { CONTROL_PREFIX, ControlApi } from './control/control-api.ts';
import { Faults } from './faults/faults.ts';
import { LastingFaults } from './faults/lasting-faults.ts';
import { Ledger } from './ledger/ledger.ts';
import { listen } from './listen.ts';
import { simulatorOptions, type SimulatorOptions } from './options.ts';
import { Account } from './protocol/account.ts';
import { Connections } from './protocol/connections.ts';
import { GatewayHost } from './protocol/gateway-host.ts';
import { IdentifyLimits } from './protocol/identify-limits.ts';
import { ResumeHost } from './protocol/resume-host.ts';
import { Sessions } from './protocol/sessions.ts';
import { seededRandom } from './random.ts';
import { Interactions } from './rest/interactions.ts';
import { RestApi } from './rest/rest-api.ts';
import { RestFaults } from './rest/rest-faults.ts';
import { SnowflakeMaker } from './snowflake.ts';
import { statusOf, type SimulatorStatus } from './status.ts';
import { EventMaker } from './traffic/event-maker.ts';
import { Traffic } from './traffic/traffic.ts';
import { World } from './world/world.ts';

export type { SimulatorOptions } from './options.ts';

export interface Simulator extends AsyncDisposable {
  /** For `new REST({ api })`: up to and without the version. */
  readonly apiUrl: string;
  readonly gatewayUrl: string;
  readonly controlUrl: string;
  readonly options: SimulatorOptions;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly traffic: Traffic;
  /** Guilds, channels and users, whose ids are the same in every run. */
  readonly world: World;
  status(): SimulatorStatus;
  /** Ends everything; sockets of clients end without a close frame. */
  close(): Promise<void>;
}

/**
 * Starts a server that plays Discord: gateway v10, REST, and a control API for faults and traffic.
 * @throws {CodedError} SIMULATOR_OPTIONS, PORT_TAKEN
 */
export async function startSimulator(given: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  const options = simulatorOptions(given);
  const nowMs = wallClockMs;
  const world = new World(options.guilds);
  const ledger = new Ledger(options.ledger, options.ledgerLimit);
  const lasting = new LastingFaults();
  const restFaults = new RestFaults();
  const account = new Account(options.token);
  const identifyLimits = new IdentifyLimits(options);
  const delivers = ({ shardId }: { shardId: number }) => !lasting.has('deaf', shardId);
  const sessions = new Sessions({ options, ledger, nowMs, delivers });
  const connections = new Connections(sessions, ledger, nowMs);
  const urlOf = (scheme: string, port: number) => `${scheme}://${options.publicHost ?? options.host}:${port}`;

  const gateway = new GatewayHost({
    options,
    account,
    world,
    sessions,
    connections,
    identifyLimits,
    faults: lasting,
    ledger,
    resumeUrl: () => urlOf('ws', resumeHost.port),
    nowMs,
  });
  const resumeHost = new ResumeHost(gateway, options.host, options.resumePort);
  const snowflakes = new SnowflakeMaker();
  const interactions = new Interactions(ledger, options.interactionDeadlineMs);
  const random = seededRandom(options.seed);
  const maker = new EventMaker({ world, random, snowflakes, interactions });
  const traffic = new Traffic({ world, sessions, maker, random, shardCount: options.shards, nowMs });
  const faults = new Faults({ connections, sessions, lasting, rest: restFaults, resumeHost, nowMs });
  const status = () => statusOf({ sessions, connections, identifyLimits, account, traffic, ledger, nowMs });
  const api = new RestApi({
    context: {
      options,
      account,
      world,
      sessions,
      identifyLimits,
      interactions,
      snowflakes,
      gatewayUrl: () => urlOf('ws', port),
    },
    faults: restFaults,
    ledger,
    nowMs,
  });
  const controlApi = new ControlApi({ faults, traffic, ledger, status });

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const control = request.url?.startsWith(CONTROL_PREFIX) ?? false;
    const handled = control ? controlApi.handle(request, response) : api.handle(request, response);
    // A client that went away, or a body without end; nobody is left to be told.
    handled.catch(() => response.destroy());
  });
  gateway.serve(server, 'gateway');
  await listen(server, options.host, options.port);
  const { port } = server.address() as AddressInfo;
  await resumeHost.open();

  const close = async () => {
    traffic.stop();
    resumeHost.refuse();
    for (const connection of connections.all) connection.drop('fin');
    sessions.endAll('simulator stopped');
    server.closeAllConnections();
    if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    apiUrl: `${urlOf('http', port)}/api`,
    gatewayUrl: urlOf('ws', port),
    controlUrl: `${urlOf('http', port)}/control`,
    options,
    ledger,
    faults,
    traffic,
    world,
    status,
    close,
    [Symbol.asyncDispose]: close,
  };
}
