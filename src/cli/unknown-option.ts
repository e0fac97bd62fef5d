/** The error for an option that is in no table. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Option } from './command.ts';
import { globalOptions } from './global-options.ts';
import { didYouMean } from './suggest.ts';

/** @param token as it was written, value and dashes included */
export function unknownOption(token: string, table: readonly Option[], command?: string): RuntimeError {
  const [written = token] = token.split('=', 1);
  const word = written.replace(/^-+/, '');
  const hint = misplaced(word, table, command) ?? suggestion(word, table) ?? `see ${helpCommand(command)}`;
  return new RuntimeError('usage', `unknown option ${written}`, { hint });
}

function misplaced(word: string, table: readonly Option[], command = ''): string | undefined {
  if (table === globalOptions || !globalOptions.some(({ name }) => name === word)) return undefined;
  return `--${word} stands before the command: tsrun --${word} … ${command}`.trimEnd();
}

function suggestion(word: string, table: readonly Option[]): string | undefined {
  const names = table.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  return didYouMean(word, [...names, 'help'], '--');
}

function helpCommand(command: string | undefined): string {
  return command === undefined ? 'tsrun --help' : `tsrun ${command} --help`;
}
