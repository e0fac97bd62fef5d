/** What stands before the command: the global options, and what to do next. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { isCommand } from './commands.ts';
import { globalTable } from './global-options.ts';
import { Findings, parse } from './parse.ts';
import { readWords } from './words.ts';

export type GlobalValues = typeof globalTable.defaults;

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
    const outcome = parse(argv, globalTable, true);
    if (outcome.kind !== 'parsed') return { options: whatIsRight(argv), next: outcome };
    return { options: outcome.options, next: { kind: 'command', words: outcome.args } };
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return { options: whatIsRight(argv), next: { kind: 'wrong', error } };
  }
}

/** The options of a command line with a mistake: among them is the log to report it to. */
function whatIsRight(argv: readonly string[]): GlobalValues {
  const found = new Findings(globalTable);
  try {
    for (const word of readWords(argv, globalTable, false)) {
      if (word.kind === 'rest' || (word.kind === 'argument' && isCommand(word.word))) break;
      if (word.kind === 'option') found.addIfRight(word.option, word.text);
    }
  } catch {
    // The last option has no value.
  }
  return found.values;
}
