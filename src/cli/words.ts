/**
 * The words of a command line, told apart by a table of options: `--name value`, `--name=value`, and the same with the
 * other spellings of the table. An option that takes a value takes the next word, whatever it looks like.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { FLAG_WORDS } from './convert.ts';
import type { Option } from './option.ts';
import type { OptionTable } from './option-table.ts';

export type Word =
  | { readonly kind: 'option'; readonly option: Option; readonly text: string }
  | { readonly kind: 'argument'; readonly word: string }
  /** The arguments that end the options; `marked` if `--` stands before them. */
  | { readonly kind: 'rest'; readonly words: readonly string[]; readonly marked: boolean }
  /** It looks like an option, and is not in the table: grouped letters, or a mistake. */
  | { readonly kind: 'unknown'; readonly word: string };

/**
 * @param stop whether the first argument ends the options
 * @throws RuntimeError `usage` at an option without its value
 */
export function* readWords(
  argv: readonly string[],
  { spellings }: OptionTable,
  stop: boolean,
): Generator<Word, void> {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') return yield { kind: 'rest', words: argv.slice(at + 1), marked: true };
    if (word.length < 2 || word[0] !== '-') {
      if (stop) return yield { kind: 'rest', words: argv.slice(at), marked: false };
      yield { kind: 'argument', word };
      continue;
    }
    const equals = word.indexOf('=');
    const option = spellings.get(equals < 0 ? word : word.slice(0, equals));
    if (option === undefined) yield { kind: 'unknown', word };
    else if (equals >= 0) yield { kind: 'option', option, text: word.slice(equals + 1) };
    else if (option.type === 'flag') yield { kind: 'option', option, text: FLAG_WORDS.bare };
    else yield { kind: 'option', option, text: valueAfter(argv, ++at, word) };
  }
}

function valueAfter(argv: readonly string[], index: number, spelling: string): string {
  const text = argv[index];
  if (text !== undefined) return text;
  throw new RuntimeError('usage', `option ${spelling} needs a value`, {
    hint: `write ${spelling} VALUE or ${spelling}=VALUE`,
  });
}
