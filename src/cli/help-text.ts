/** Help, laid out by yargs from the tables: when the program is built, since that takes ten times as long as most commands. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Command } from './command.ts';
import { commands, findCommand } from './commands.ts';

declare const TSRUN_HELP: Readonly<Record<string, string>> | undefined;

/** What the build put in, by the command's name; by the empty name, that of the whole program. */
const RENDERED = typeof TSRUN_HELP === 'object' ? TSRUN_HELP : {};

/** Of the whole program, or of one command. */
export async function helpText(command?: Command): Promise<string> {
  return RENDERED[command?.name ?? ''] ?? renderHelp(command);
}

/** What `tsrun help NAME` prints. @throws RuntimeError `usage` if no command has this name */
export function helpAbout(name: string | undefined): Promise<string> {
  const command = name === undefined ? undefined : findCommand(name);
  if (name === undefined || command !== undefined) return helpText(command);
  throw new RuntimeError('usage', `No help topic for '${name}'`, { hint: 'tsrun --help lists the commands' });
}

/** For the build. */
export async function renderAll(): Promise<Readonly<Record<string, string>>> {
  const rendered: Record<string, string> = { '': await renderHelp() };
  for (const command of commands) rendered[command.name] = await renderHelp(command);
  return rendered;
}

async function renderHelp(command?: Command): Promise<string> {
  const { commandProgram, program } = await import('./yargs.ts');
  const parser = command === undefined ? program(commands) : commandProgram(command);
  return `${await parser.getHelp()}\n`;
}
