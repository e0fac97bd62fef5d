/** What stands before the command: the global options, and what to do next. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Values } from './command.ts';
import { commandNames } from './commands.ts';
import { globalOptions } from './global-options.ts';
import { parse } from './parse.ts';

export type GlobalValues = Values<typeof globalOptions>;

export interface Globals {
  readonly options: GlobalValues;
  readonly next:
    | { readonly kind: 'command'; readonly words: readonly string[] }
    | { readonly kind: 'help' | 'version' }
    | { readonly kind: 'unusual'; readonly token: string }
    | { readonly kind: 'wrong'; readonly error: RuntimeError };
}

/** Never throws: an error in a later option must not keep the log from being opened. */
export function readGlobals(argv: readonly string[]): Globals {
  try {
    const outcome = parse(argv, globalOptions, true);
    if (outcome.kind !== 'parsed') return { options: logOptions(argv), next: outcome };
    return { options: outcome.options, next: { kind: 'command', words: outcome.args } };
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return { options: logOptions(argv), next: { kind: 'wrong', error } };
  }
}

/** The options of the log alone, out of a command line that is wrong somewhere. */
function logOptions(argv: readonly string[]): GlobalValues {
  const found: Record<string, string | boolean> = {};
  for (const [index, token] of argv.entries()) {
    if (commandNames.includes(token)) break;
    const [, name, value] = /^--?(log|log-format|debug)(?:=(.*))?$/s.exec(token) ?? [];
    if (name === 'debug') found[name] = value !== 'false';
    else if (name !== undefined) found[name] = value ?? argv[index + 1] ?? '';
  }
  if (found['log-format'] !== 'json') delete found['log-format'];
  return found;
}
