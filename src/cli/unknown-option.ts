/** The error for an option that is in no table. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { globalOptions } from './global-options.ts';
import type { Option } from './option.ts';
import { didYouMean } from './suggest.ts';

/**
 * @param token as it was written, value and dashes included
 * @param command whose options they are; without, they are the global ones
 */
export function unknownOption(token: string, options: readonly Option[], command?: string): RuntimeError {
  const [written = token] = token.split('=', 1);
  const word = written.replace(/^-+/, '');
  const hint = misplaced(word, command) ?? suggestion(word, options) ?? `see ${helpCommand(command)}`;
  return new RuntimeError('usage', `unknown option ${written}`, { hint });
}

function misplaced(word: string, command: string | undefined): string | undefined {
  if (command === undefined || !globalOptions.some(({ name }) => name === word)) return undefined;
  return `--${word} stands before the command: tsrun --${word} … ${command}`;
}

function suggestion(word: string, options: readonly Option[]): string | undefined {
  const names = options.filter(({ hidden }) => hidden !== true).map(({ name }) => name);
  return didYouMean(word, names, '--');
}

function helpCommand(command: string | undefined): string {
  return command === undefined ? 'tsrun --help' : `tsrun ${command} --help`;
}
