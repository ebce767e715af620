import {
  CompressionMethod,
  DefaultWebSocketManagerOptions,
  type FetchingStrategyOptions,
} from '@discordjs/ws';
import type { APIGatewayBotInfo } from 'discord-api-types/v10';

import type { GatewayConfig } from './config.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
const HELLO_TIMEOUT_MS = 10_000;
const READY_TIMEOUT_MS = 20_000;

/** How the gateway library connects; whatever is not named here is its default. */
export function connectionOptions(
  config: Pick<GatewayConfig, 'token' | 'intents' | 'compression'>,
  gatewayInformation: APIGatewayBotInfo,
  shardCount: number,
): FetchingStrategyOptions {
  const { encoding, identifyProperties, initialPresence, largeThreshold, useIdentifyCompression, version } =
    DefaultWebSocketManagerOptions;
  return {
    encoding,
    identifyProperties,
    initialPresence,
    largeThreshold,
    useIdentifyCompression,
    version,
    compression: config.compression === 'zlib' ? CompressionMethod.ZlibNative : null,
    token: config.token,
    intents: config.intents,
    gatewayInformation,
    shardCount,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    helloTimeout: HELLO_TIMEOUT_MS,
    readyTimeout: READY_TIMEOUT_MS,
  };
}
