/** Help, laid out by yargs from the tables. */
import { loadAllCommands, loadCommand } from './commands.ts';
import { commandProgram, program } from './yargs.ts';

/** @param name of a command that exists; of the whole program without it */
export async function helpText(name?: string): Promise<string> {
  const command = name === undefined ? undefined : await loadCommand(name);
  const parser = command === undefined ? program(await loadAllCommands()) : commandProgram(command);
  return `${await parser.getHelp()}\n`;
}
