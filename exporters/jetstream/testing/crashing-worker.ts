import { connect } from 'nats';

/** Takes `count` messages of a consumer, says so, and answers none until it is killed. */
const [url, stream, consumer, count] = process.argv.slice(2);
const connection = await connect({ servers: url ?? '' });
const taking = await connection.jetstream().consumers.get(stream ?? '', consumer ?? '');
let taken = 0;
for await (const _ of await taking.fetch({ max_messages: Number(count), expires: 30_000 })) {
  taken += 1;
  if (taken === Number(count)) console.info(`took ${taken}`);
}
await new Promise((resolve) => setTimeout(resolve, 60_000));
