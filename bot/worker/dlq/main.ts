import { JETSTREAM_ERRORS, jetStreamErrorOf } from '../../../runtime/nats/jetstream-error.ts';
import { readRuntimeConfig } from '../../../runtime/config.ts';
import { CodedError } from '../../../runtime/errors.ts';
import { createLogger } from '../../../runtime/log.ts';
import { connectNats } from '../../../runtime/nats/connect-nats.ts';
import { runCommandLine } from '../../../runtime/run-command-line.ts';
import { openManager } from '../../open-manager.ts';
import { DEAD_STREAM } from '../../streams.ts';
import { createCommands } from './commands.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';

/** Connects only once the command line is right. */
async function withQueue(work: (queue: DeadLetterQueue) => Promise<void>): Promise<void> {
  const config = readRuntimeConfig(process.env);
  const log = createLogger({ component: 'dlq', level: 'warn', fd: 2 });
  const connection = await connectNats(config.nats, 'dlq', log);
  try {
    await work(new DeadLetterQueue(connection.jetstream(), await openManager(connection)));
  } catch (error) {
    if (jetStreamErrorOf(error) !== JETSTREAM_ERRORS.streamNotFound) throw error;
    throw new CodedError('STREAM_MISSING', `There is no stream ${DEAD_STREAM} on this server`, {
      expected: 'NATS_URL to name the server of a bot that ran at least once',
    });
  } finally {
    await connection.close();
  }
}

const program = createCommands({ withQueue, print: (text) => process.stdout.write(`${text}\n`) });
await runCommandLine(program);
