/** Where each component listens unless `PORT` says otherwise. */
export const DEFAULT_PORTS = { gateway: 8_080, worker: 9_001, exporter: 9_090 } as const;
