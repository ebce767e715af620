import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';

import type { IdentifyEntry } from '../ledger/entries.ts';
import { guildCreateEvent, readyEvent } from '../world/session-events.ts';
import type { Connection } from './connection.ts';
import type { GatewayContext } from './context.ts';
import { allows } from './event.ts';
import { isRecord } from './is-record.ts';
import { validateIdentify, type IdentifyRequest } from './validate-identify.ts';

/** Op 2: checks, limits, then READY and a GUILD_CREATE for each guild of the shard. */
export function identify(context: GatewayContext, connection: Connection, d: unknown): void {
  const { account, connections, faults, identifyLimits, options, world } = context;
  if (connection.session) {
    const { shardId, shardCount } = connection.session;
    record(context, connection, { shardId, shardCount, accepted: false, reason: 'already authenticated' });
    connections.close(connection, GatewayCloseCodes.AlreadyAuthenticated, 'Already authenticated.');
    return;
  }
  const nowMs = context.nowMs();
  const authenticated = isRecord(d) && account.accepts(d['token']);
  const affordable = !authenticated || identifyLimits.spend(nowMs);
  const request = validateIdentify(d, {
    acceptsToken: (token) => account.accepts(token),
    disallowedIntents: options.disallowedIntents,
    guildsOnShard: (shardId, shardCount) => world.guildsOfShard(shardId, shardCount).length,
  });
  if ('code' in request) {
    record(context, connection, { accepted: false, reason: `closed with ${request.code}` });
    connections.close(connection, request.code, request.reason);
    return;
  }
  connection.shardId = request.shardId;
  if (!affordable) {
    record(context, connection, { ...request, accepted: false, reason: 'budget spent' });
    resetToken(context);
    return;
  }
  if (!identifyLimits.takeBucket(identifyLimits.bucketOf(request.shardId), performance.now())) {
    record(context, connection, { ...request, accepted: false, reason: 'too early for its bucket' });
    connection.send(GatewayOpcodes.InvalidSession, false);
    return;
  }
  if (faults.take('unansweredIdentify', request.shardId)) {
    record(context, connection, { ...request, accepted: false, reason: 'unanswered' });
    return;
  }
  startSession(context, connection, request);
}

function startSession(context: GatewayContext, connection: Connection, request: IdentifyRequest): void {
  const { sessions, world } = context;
  const { shardId, shardCount, intents } = request;
  const session = sessions.start(shardId, shardCount, intents);
  connection.session = session;
  session.attach(connection);
  record(context, connection, { ...request, accepted: true, sessionId: session.id });
  const guilds = world.guildsOfShard(shardId, shardCount);
  const createdAt = context.nowMs();
  const ready = { bot: world.bot, guilds, session, resumeUrl: context.resumeUrl(), createdAt };
  sessions.append(session, readyEvent(ready));
  for (const guild of guilds) {
    const event = guildCreateEvent(world, guild, createdAt);
    if (allows(event, intents)) sessions.append(session, event);
  }
  sessions.flush();
}

/** What Discord does to a bot that goes on after its daily budget: all sessions end, the token is void. */
function resetToken({ account, connections, sessions }: GatewayContext): void {
  account.revoke();
  for (const connection of connections.all) {
    connections.close(connection, GatewayCloseCodes.AuthenticationFailed, 'Authentication failed.');
  }
  sessions.endAll('identify budget spent');
}

function record(
  context: GatewayContext,
  connection: Connection,
  entry: Pick<IdentifyEntry, 'accepted'> & Partial<IdentifyEntry>,
): void {
  const shardId = entry.shardId ?? -1;
  context.ledger.identified({
    connectionId: connection.id,
    shardId,
    shardCount: entry.shardCount ?? -1,
    at: context.nowMs(),
    bucket: shardId < 0 ? -1 : context.identifyLimits.bucketOf(shardId),
    accepted: entry.accepted,
    reason: entry.reason,
    sessionId: entry.sessionId,
  });
}
