import type { Reading, Totals } from '../reading.ts';

/** A run in which all went well. */
export function goodReading(totals: Partial<Totals> = {}): Reading {
  return {
    elapsedMs: 61_000,
    services: ['nats-server', 'simulator', 'moderation-worker', 'gateway-0'].map((name, index) => ({
      name,
      state: 'up',
      restarts: 0,
      address: `127.0.0.1:${20_000 + index}`,
      pages: name === 'nats-server' ? [] : ['/metrics'],
    })),
    gateways: [{ name: 'gateway-0', shards: new Map([0, 1].map((id) => [id, 'ready'] as const)) }],
    consumers: [
      { name: 'moderation-worker', lag: 0, handled: 22_200, handledPerSecond: 370.4, redelivered: 0 },
    ],
    totals: {
      taken: 30_000,
      stored: 30_000,
      handled: 22_200,
      deadLetters: 0,
      lost: 0,
      restRequests: 440,
      restFailures: new Map(),
      restarts: 0,
      ...totals,
    },
    rates: { taken: 499.6, stored: 499.6, handled: 370.4, rest: 7.2 },
  };
}
