import { CommanderError, type Command } from 'commander';

import { EXIT_MISCONFIGURED, exitCodeOf, messageOf } from './errors.ts';

/** Runs a program with subcommands; what fails is one line, named for it, and the exit status. */
export async function runCommandLine(program: Command): Promise<void> {
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end with 0; commander has printed what was wrong otherwise.
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_MISCONFIGURED;
      return;
    }
    process.stderr.write(`${program.name()}: ${messageOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
