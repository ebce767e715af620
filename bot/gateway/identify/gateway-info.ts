import { setTimeout as sleep } from 'node:timers/promises';

import { DiscordAPIError, HTTPError, type REST } from '@discordjs/rest';
import { Routes, type APIGatewayBotInfo } from 'discord-api-types/v10';

import { CodedError, EXIT_MISCONFIGURED, exitCodeOf, messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';

/** How old an answer may be: the route allows two calls in 5 s. */
const MAX_AGE_MS = 5_000;
const START_DEADLINE_MS = 60_000;
const START_RETRY_MS = 3_000;

/** What `/gateway/bot` says, asked again when the last answer is older than a few seconds. */
export class GatewayInfo {
  readonly #rest: REST;
  #answer: APIGatewayBotInfo | undefined;
  #answeredAt = -Infinity;
  #identifiesSince = 0;

  constructor(rest: REST) {
    this.#rest = rest;
  }

  /** The last answer, however old; undefined before the first. */
  get last(): APIGatewayBotInfo | undefined {
    return this.#answer;
  }

  /** Session starts left today, this process's own since the last answer taken off. */
  get remaining(): number | undefined {
    return this.#answer && this.#answer.session_start_limit.remaining - this.#identifiesSince;
  }

  /**
   * @throws {CodedError} DISCORD_TOKEN_REFUSED (misconfiguration) or DISCORD_UNREACHABLE
   */
  async fetch(signal?: AbortSignal): Promise<APIGatewayBotInfo> {
    if (this.#answer && performance.now() - this.#answeredAt < MAX_AGE_MS) return this.#answer;
    const identifiesBefore = this.#identifiesSince;
    try {
      const options = signal ? { signal } : {};
      this.#answer = (await this.#rest.get(Routes.gatewayBot(), options)) as APIGatewayBotInfo;
    } catch (error) {
      throw explain(error);
    }
    this.#answeredAt = performance.now();
    this.#identifiesSince -= identifiesBefore;
    return this.#answer;
  }

  /**
   * The first answer; asks again while Discord does not answer, for a minute.
   * @throws {CodedError} as `fetch`
   */
  async fetchAtStart(log: Logger, signal: AbortSignal): Promise<APIGatewayBotInfo> {
    const deadline = performance.now() + START_DEADLINE_MS;
    for (;;) {
      try {
        return await this.fetch(signal);
      } catch (error) {
        if (exitCodeOf(error) === EXIT_MISCONFIGURED || performance.now() > deadline) throw error;
        log.warn({ reason: messageOf(error) }, 'waiting for Discord');
        await sleep(START_RETRY_MS, undefined, { signal });
      }
    }
  }

  countIdentify(): void {
    this.#identifiesSince += 1;
  }
}

function explain(error: unknown): Error {
  const status = error instanceof DiscordAPIError || error instanceof HTTPError ? error.status : 0;
  if (status === 401) {
    return new CodedError('DISCORD_TOKEN_REFUSED', 'Discord refused the bot token', {
      expected: "DISCORD_TOKEN to be the token from the application's Bot page",
      got: 'status 401 from GET /gateway/bot',
      exitCode: EXIT_MISCONFIGURED,
    });
  }
  return new CodedError('DISCORD_UNREACHABLE', 'Discord did not answer GET /gateway/bot', {
    expected: 'status 200 (DISCORD_API_URL names the server)',
    got: status ? `status ${status}` : error instanceof Error ? error.message : 'no answer',
    cause: error,
  });
}
