import { setTimeout as sleep } from 'node:timers/promises';

import { DiscordAPIError, HTTPError, type REST } from '@discordjs/rest';
import { Routes, type APIGatewayBotInfo } from 'discord-api-types/v10';

import { CodedError, EXIT_MISCONFIGURED, exitCodeOf, messageOf } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/log.ts';
import { untilAborted } from '../../../runtime/until-aborted.ts';

/** How old an answer may be: the route allows two calls in 5 s. */
const MAX_AGE_MS = 5_000;
const START_DEADLINE_MS = 60_000;
const START_RETRY_MS = 3_000;
const UNAUTHORIZED = 401;

/** What `/gateway/bot` says, asked again when the last answer is older than a few seconds. */
export class GatewayInfo {
  readonly #rest: REST;
  readonly #token: string;
  readonly #maxAgeMs: number;
  #answer: APIGatewayBotInfo | undefined;
  #answeredAtMs = -Infinity;
  #identifiesSince = 0;
  #failures = 0;
  /** All who ask at the same time share one request. */
  #asking: Promise<APIGatewayBotInfo> | undefined;

  constructor(rest: REST, token: string, maxAgeMs = MAX_AGE_MS) {
    this.#rest = rest.setToken(token);
    this.#token = token;
    this.#maxAgeMs = maxAgeMs;
  }

  /** The last answer, however old; undefined before the first. */
  get last(): APIGatewayBotInfo | undefined {
    return this.#answer;
  }

  /** When the last answer came, in milliseconds on the monotonic clock. */
  get answeredAtMs(): number {
    return this.#answeredAtMs;
  }

  /** Session starts left at the last answer, this process's own since then taken off. */
  get remaining(): number | undefined {
    return this.#answer && this.#answer.session_start_limit.remaining - this.#identifiesSince;
  }

  /** Requests that failed. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * @param signal ends the wait, not the request, which others may wait for too
   * @throws {CodedError} DISCORD_TOKEN_REFUSED (misconfiguration) or DISCORD_UNREACHABLE
   */
  async fetch(signal?: AbortSignal): Promise<APIGatewayBotInfo> {
    if (this.#answer && performance.now() - this.#answeredAtMs < this.#maxAgeMs) return this.#answer;
    signal?.throwIfAborted();
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return signal ? untilAborted(this.#asking, signal) : this.#asking;
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

  async #ask(): Promise<APIGatewayBotInfo> {
    const identifiesBefore = this.#identifiesSince;
    try {
      const answer = (await this.#rest.get(Routes.gatewayBot())) as APIGatewayBotInfo;
      this.#answer = answer;
      this.#answeredAtMs = performance.now();
      this.#identifiesSince -= identifiesBefore;
      return answer;
    } catch (error) {
      this.#failures += 1;
      // The library forgets its token at a 401 and would fail all later requests for another reason.
      if (statusOf(error) === UNAUTHORIZED) this.#rest.setToken(this.#token);
      throw explain(error);
    }
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof DiscordAPIError || error instanceof HTTPError ? error.status : undefined;
}

function explain(error: unknown): Error {
  const status = statusOf(error);
  if (status === UNAUTHORIZED) {
    return new CodedError('DISCORD_TOKEN_REFUSED', 'Discord refused the bot token', {
      expected: "DISCORD_TOKEN to be the token from the application's Bot page",
      got: 'status 401 from GET /gateway/bot',
      exitCode: EXIT_MISCONFIGURED,
    });
  }
  return new CodedError('DISCORD_UNREACHABLE', 'Discord did not answer GET /gateway/bot', {
    expected: 'status 200 (DISCORD_API_URL names the server)',
    got: status ? `status ${status}` : messageOf(error),
    cause: error,
  });
}
