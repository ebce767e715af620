import { findOnPath } from '../find-tool.ts';

/** Runs once before the integration tests: without a nats-server there is nothing to test against. */
export function setup(): void {
  if (!process.env['NATS_SERVER'] && !findOnPath('nats-server'))
    throw new Error('nats-server is not on PATH');
}
