import { expect, test } from 'vitest';

import { RestError, toRestError } from './rest-error.ts';
import { routeOf } from './rest-route.ts';

test.each([
  ['/channels/123456789012345678/messages/987654321098765432', '/channels/:id/messages/:id'],
  ['/interactions/1/aW50ZXJhY3Rpb246.x-y/callback', '/interactions/:id/:token/callback'],
  ['/webhooks/1/secret/messages/@original?wait=true', '/webhooks/:id/:token/messages/@original'],
  ['/channels/1/messages/2/reactions/%F0%9F%91%8D/@me', '/channels/:id/messages/:id/reactions/:reaction/@me'],
  ['/users/@me', '/users/@me'],
  ['/invites/AbCdEf', '/invites/:other'],
])('%s is counted as %s', (path, route) => {
  expect(routeOf(path)).toBe(route);
});

test('an error of the library loses its address, but not its reason', () => {
  const error = toRestError(new Error('connect ECONNREFUSED'), 'POST', '/interactions/:id/:token/callback');
  expect(error).toBeInstanceOf(RestError);
  expect(error.message).toBe('POST /interactions/:id/:token/callback got no answer: connect ECONNREFUSED');
  expect(error.permanent).toBe(false);
});
