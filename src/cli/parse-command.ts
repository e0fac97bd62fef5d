/** What stands after the command's name. */
import { checkArguments } from './arguments.ts';
import type { Command, Parsed } from './command.ts';
import { parse } from './parse.ts';

/** @throws RuntimeError `usage` */
export async function parseCommand(command: Command, words: readonly string[]): Promise<Parsed | 'help'> {
  const outcome = parse(words, command.options, command.stopAtFirstArgument === true);
  if (outcome.kind === 'help') return 'help';
  const parsed = outcome.kind === 'parsed' ? outcome : await parseAgain(command, words, outcome);
  if (parsed !== 'help') checkArguments(command, parsed.args);
  return parsed;
}

async function parseAgain(
  command: Command,
  words: readonly string[],
  outcome: { kind: 'version' } | { kind: 'unusual'; token: string },
): Promise<Parsed | 'help'> {
  const { parseUnusual } = await import('./yargs.ts');
  const token = outcome.kind === 'version' ? '-v' : outcome.token;
  return parseUnusual(words, command.options, {
    stop: command.stopAtFirstArgument === true,
    token,
    command: command.name,
  });
}
