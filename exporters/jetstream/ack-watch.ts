import type { NatsConnection } from 'nats';

import { parseAckSubject } from '../../runtime/nats/ack-subject.ts';
import type { Tallies } from './tallies.ts';

/**
 * Repetitions up to this many are seen one by one; beyond it the advisories and the sequences tell.
 * Acknowledgements of first deliveries, nearly all, are not asked for and cost nothing here.
 */
const MAX_DELIVERIES_WATCHED = 16;

/**
 * Listens to acknowledgements of messages that were delivered more than once. Workers send them to
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.…`, so the server can pick them out by their subject.
 */
export function watchAcks(connection: NatsConnection, tallies: Tallies): void {
  for (let deliveries = 2; deliveries <= MAX_DELIVERIES_WATCHED; deliveries += 1) {
    // The second form has a domain and an account before the stream.
    for (const subject of [`$JS.ACK.*.*.${deliveries}.>`, `$JS.ACK.*.*.*.*.${deliveries}.>`]) {
      connection.subscribe(subject, {
        callback: (error, message) => {
          const delivery = error ? undefined : parseAckSubject(message.subject);
          if (delivery) tallies.delivered(delivery, delivery);
        },
      });
    }
  }
}
