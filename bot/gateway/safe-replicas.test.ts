import { expect, test } from 'vitest';

import { refuseUnsafeReplicas } from './safe-replicas.ts';

test('a server that is too old is refused with replicas only', () => {
  expect(() => refuseUnsafeReplicas('2.10.29', 3, '2.11.0')).toThrow(
    /expected nats-server 2\.11\.0 or later/,
  );
  expect(() => refuseUnsafeReplicas('2.9.20', 3, '2.9.21')).toThrow(/got 2\.9\.20/);
  for (const version of ['2.11.0', '2.11.1', '2.12.0-beta', '3.0.0'])
    expect(() => refuseUnsafeReplicas(version, 3, '2.11.0')).not.toThrow();
  expect(() => refuseUnsafeReplicas('2.9.10', 1, '2.11.0')).not.toThrow();
});
