/**
 * The fast way through a command line: the forms that engines and people usually write. A line with a word that is not
 * in the table (grouped letters, misspelt options) it leaves to `yargs.ts`, which says what is wrong,
 * and takes 2 ms of processor time in the executable; `state` takes 3 ms altogether.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { convert } from './convert.ts';
import type { Option, OptionValue, Values } from './option.ts';
import type { OptionTable } from './option-table.ts';
import { readWords } from './words.ts';

/** A command line taken apart. */
export interface Parsed<O extends readonly Option[] = readonly Option[]> {
  readonly options: Values<O>;
  readonly args: readonly string[];
}

export type Outcome<O extends readonly Option[]> =
  | ({ readonly kind: 'parsed' } & Parsed<O>)
  | { readonly kind: 'help' | 'version' }
  /** `token` is the word that is not in the table. */
  | { readonly kind: 'unusual'; readonly token: string };

/**
 * Takes a command line apart by a table of options.
 *
 * @param stop whether the first argument ends the options; it and the rest are `args`
 * @throws RuntimeError `usage` for an option without a value, or with a wrong one
 */
export function parse<O extends readonly Option[]>(
  argv: readonly string[],
  table: OptionTable<O>,
  stop: boolean,
): Outcome<O> {
  const found = new Findings(table);
  for (const word of readWords(argv, table, stop)) {
    if (word.kind === 'unknown') return { kind: 'unusual', token: word.word };
    if (word.kind === 'argument') found.args.push(word.word);
    else if (word.kind === 'rest') found.args.push(...word.words);
    else found.add(word.option, word.text);
    if (found.asked !== undefined) return { kind: found.asked };
  }
  return found.outcome();
}

/** What a command line has said so far. */
export class Findings<O extends readonly Option[]> {
  readonly args: string[] = [];
  asked: 'help' | 'version' | undefined;
  readonly #options: Record<string, OptionValue>;

  constructor({ defaults }: OptionTable<O>) {
    this.#options = { ...defaults };
  }

  /**
   * One occurrence of an option.
   *
   * @throws RuntimeError `usage`
   */
  add(option: Option, text: string): void {
    const value = convert(option, text);
    if (option.type === 'flag' && option.asks !== undefined) {
      if (value === true) this.asked = option.asks;
    } else if (option.type === 'list') {
      const before = this.#options[option.name];
      this.#options[option.name] = Array.isArray(before) ? [...before, text] : [text];
    } else this.#options[option.name] = value;
  }

  /** Skips one with a wrong value. */
  addIfRight(option: Option, text: string): void {
    try {
      this.add(option, text);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
    }
  }

  outcome(): Outcome<O> {
    if (this.asked !== undefined) return { kind: this.asked };
    return { kind: 'parsed', options: this.values, args: this.args };
  }

  get values(): Values<O> {
    // `add` took names and types from the table, which is what `Values` is made of.
    return this.#options as Values<O>;
  }
}
