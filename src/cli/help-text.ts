/** Help, laid out by yargs from the tables. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Command } from './command.ts';
import { commands, findCommand } from './commands.ts';
import { commandProgram, program } from './yargs.ts';

/** Of the whole program, or of one command. */
export async function helpText(command?: Command): Promise<string> {
  const parser = command === undefined ? program(commands) : commandProgram(command);
  return `${await parser.getHelp()}\n`;
}

/** What `tsrun help NAME` prints. @throws RuntimeError `usage` if no command has this name */
export function helpAbout(name: string | undefined): Promise<string> {
  const command = name === undefined ? undefined : findCommand(name);
  if (name === undefined || command !== undefined) return helpText(command);
  throw new RuntimeError('usage', `No help topic for '${name}'`, { hint: 'tsrun --help lists the commands' });
}
