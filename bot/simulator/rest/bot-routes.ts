import { commandId } from '../world/interaction-events.ts';
import { APPLICATION_ID } from '../world/users.ts';
import { isRecord } from '../protocol/is-record.ts';
import { ERRORS, fail, ok } from './reply.ts';
import type { RestContext } from './rest-context.ts';
import type { Route, RouteRequest } from './route-table.ts';

/** What a bot asks about itself and where to connect. */
export function botRoutes(context: RestContext): Route[] {
  const { identifyLimits, options, world } = context;
  const application = () =>
    ok({
      id: APPLICATION_ID,
      name: world.bot.username,
      icon: null,
      description: '',
      bot_public: false,
      bot_require_code_grant: false,
      verify_key: '0'.repeat(64),
      flags: 0,
      team: null,
      approximate_guild_count: world.guilds.length,
      bot: JSON.parse(world.bot.json) as object,
    });
  let commands: object[] = [];
  const putCommands = ({ body }: RouteRequest) => {
    if (!Array.isArray(body) || !body.every(isRecord)) return fail(ERRORS.invalidForm);
    commands = body.map((command) => ({
      type: 1,
      description: '',
      options: [],
      ...command,
      id: commandId(String(command['name'])),
      application_id: APPLICATION_ID,
      version: '1',
    }));
    return ok(commands);
  };
  return [
    { method: 'GET', path: '/gateway', answer: () => ok({ url: context.gatewayUrl() }) },
    {
      method: 'GET',
      path: '/gateway/bot',
      answer: ({ nowMs }) =>
        ok({
          url: context.gatewayUrl(),
          shards: options.shards,
          session_start_limit: identifyLimits.report(nowMs),
        }),
    },
    { method: 'GET', path: '/users/@me', answer: () => ok(world.bot.json) },
    {
      method: 'GET',
      path: '/users/:userId',
      answer: ({ params }) => {
        const user = world.users.find(({ id }) => id === params['userId']);
        return user ? ok(user.json) : fail(ERRORS.unknownUser);
      },
    },
    { method: 'GET', path: '/oauth2/applications/@me', answer: application },
    { method: 'GET', path: '/applications/@me', answer: application },
    { method: 'PUT', path: '/applications/:applicationId/commands', answer: putCommands },
    { method: 'PUT', path: '/applications/:applicationId/guilds/:guildId/commands', answer: putCommands },
    { method: 'GET', path: '/applications/:applicationId/commands', answer: () => ok(commands) },
    {
      method: 'GET',
      path: '/applications/:applicationId/guilds/:guildId/commands',
      answer: () => ok(commands),
    },
  ];
}
