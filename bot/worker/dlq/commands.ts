import { Command, InvalidArgumentError } from 'commander';

import { CodedError, EXIT_MISCONFIGURED } from '../../../runtime/errors.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { tableOf, type DeadLetterSummary } from './dead-letter-summary.ts';

export interface CommandParts {
  /** Gives the queue to the command and closes the connection afterwards. */
  readonly withQueue: (work: (queue: DeadLetterQueue) => Promise<void>) => Promise<void>;
  readonly print: (text: string) => void;
}

interface Selection {
  readonly consumer?: string;
  readonly all?: boolean;
}

const DEFAULT_LIMIT = 50;
const decoder = new TextDecoder();

/** `list`, `show`, `replay` and `purge`. */
export function createCommands(parts: CommandParts): Command {
  const program = new Command('dlq')
    .description('Works on dead letters: events that a consumer could not handle.')
    .addHelpText('after', '\nNATS is found by the same variables as by the bot: NATS_URL, NATS_USER, ...');
  addList(program, parts);
  addShow(program, parts);
  addReplay(program, parts);
  addPurge(program, parts);
  return program;
}

function addList(program: Command, { withQueue, print }: CommandParts): void {
  program
    .command('list')
    .description('show which there are, without content, oldest first')
    .option('-c, --consumer <name>', 'only of this consumer')
    .option('-n, --limit <count>', 'at most so many', positive, DEFAULT_LIMIT)
    .option('--json', 'one JSON object a line')
    .action(async (options: { consumer?: string; limit: number; json?: boolean }) =>
      withQueue(async (queue) => {
        if (options.consumer) await queue.checkConsumer(options.consumer);
        const { letters, total } = await firstOf(queue, options.consumer, options.limit);
        if (options.json) {
          for (const letter of letters) print(JSON.stringify(letter));
          return;
        }
        if (letters.length > 0) print(tableOf(letters));
        const shown = letters.length < total ? `, the first ${letters.length} shown (--limit)` : '';
        print(`${total} dead ${total === 1 ? 'letter' : 'letters'}${shown}`);
      }),
    );
}

async function firstOf(queue: DeadLetterQueue, consumer: string | undefined, limit: number) {
  const letters: DeadLetterSummary[] = [];
  let total = 0;
  for await (const letter of queue.list(consumer)) {
    total += 1;
    if (letters.length < limit) letters.push(letter);
  }
  return { letters, total };
}

function addShow(program: Command, { withQueue, print }: CommandParts): void {
  program
    .command('show')
    .description('show one with headers and content, which may be personal data')
    .argument('<seq>', 'its number in list', positive)
    .action(async (sequence: number) =>
      withQueue(async (queue) => {
        const { headers, body } = await queue.get(sequence);
        for (const [name, values] of headers) for (const value of values) print(`${name}: ${value}`);
        print(`\n${pretty(decoder.decode(body))}`);
      }),
    );
}

function addReplay(program: Command, { withQueue, print }: CommandParts): void {
  program
    .command('replay')
    .description('publish to the original subject again, with a new message id, and remove the dead letter')
    .argument('[seq...]', 'their numbers in list', collectPositive)
    .option('-c, --consumer <name>', 'all of this consumer')
    .option('--all', 'all of all consumers')
    .option('--dry-run', 'only say what would be replayed')
    .action(async (sequences: number[] | undefined, options: Selection & { dryRun?: boolean }) => {
      requireOne([sequences?.length, options.consumer, options.all], 'numbers, --consumer or --all');
      await withQueue(async (queue) => {
        const chosen = sequences?.length ? sequences : await matching(queue, options);
        let replayed = 0;
        for (const sequence of chosen) {
          const letter = await replayable(queue, sequence, sequences?.length ? undefined : print);
          if (!letter) continue;
          if (!options.dryRun) await queue.replay(letter);
          const verb = options.dryRun ? 'would replay' : 'replayed';
          print(`${verb} ${sequence} to ${letter.subject} (${letter.consumer})`);
          replayed += 1;
        }
        print(`${replayed} of ${chosen.length} ${options.dryRun ? 'would be replayed' : 'replayed'}`);
        if (replayed === 0) throw nothingMatches();
      });
    });
}

/** Of many, one that has no payload is passed over; of those that were named it is an error. */
async function replayable(
  queue: DeadLetterQueue,
  sequence: number,
  print: ((text: string) => void) | undefined,
) {
  try {
    return await queue.replayable(sequence);
  } catch (error) {
    if (!print || !(error instanceof CodedError)) throw error;
    print(`left ${sequence}: ${error.message}`);
    return undefined;
  }
}

function addPurge(program: Command, { withQueue, print }: CommandParts): void {
  program
    .command('purge')
    .description('remove for good')
    .option('-c, --consumer <name>', 'all of this consumer')
    .option('--all', 'all of all consumers')
    .option('--yes', 'really do it; without it only the number is shown')
    .action(async (options: Selection & { yes?: boolean }) => {
      requireOne([options.consumer, options.all], '--consumer or --all');
      await withQueue(async (queue) => {
        const count = (await matching(queue, options)).length;
        if (!options.yes) {
          throw new CodedError('NOT_CONFIRMED', `${count} would be removed for good; nothing was done`, {
            expected: '--yes',
            exitCode: EXIT_MISCONFIGURED,
          });
        }
        print(`${await queue.purge(options.consumer)} removed`);
      });
    });
}

/** @throws {CodedError} DEAD_LETTERS_NONE when there is none */
async function matching(queue: DeadLetterQueue, { consumer }: Selection): Promise<number[]> {
  if (consumer) await queue.checkConsumer(consumer);
  const sequences: number[] = [];
  for await (const { sequence } of queue.list(consumer)) sequences.push(sequence);
  if (sequences.length === 0) throw nothingMatches();
  return sequences;
}

function nothingMatches(): CodedError {
  return new CodedError('DEAD_LETTERS_NONE', 'No dead letter matches; nothing was done');
}

function requireOne(choices: readonly unknown[], expected: string): void {
  const count = choices.filter(Boolean).length;
  if (count === 1) return;
  throw new CodedError('USAGE', 'Say which dead letters', {
    expected,
    got: count === 0 ? 'none of them' : `${count} of them`,
    exitCode: EXIT_MISCONFIGURED,
  });
}

function positive(raw: string): number {
  if (/^[1-9]\d{0,15}$/.test(raw)) return Number(raw);
  throw new InvalidArgumentError('Expected a whole number from 1.');
}

function collectPositive(raw: string, previous: number[] | undefined): number[] {
  return [...(previous ?? []), positive(raw)];
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
