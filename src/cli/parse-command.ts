/** What stands after the command's name. */
import { completeArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { type Parsed, parse } from './parse.ts';

/** @throws RuntimeError `usage` */
export async function parseCommand(command: Command, words: readonly string[]): Promise<Parsed | 'help'> {
  const { name, table, stopAtFirstArgument: stop = false } = command;
  let outcome = parse(words, table, stop);
  if (outcome.kind === 'unusual') {
    const { parseUnusual } = await import('./yargs.ts');
    outcome = parseUnusual(words, { table, stop, token: outcome.token, command: name });
  }
  if (outcome.kind !== 'parsed') return 'help';
  return { options: outcome.options, args: completeArguments(command, outcome.args) };
}
