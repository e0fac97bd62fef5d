/**
 * A command is data: one table is the source of parsing (`parse.ts`), help and completion (`yargs.ts`).
 * Only `run` is code, and it imports what it needs when it is called, so that `state` does not load `create`.
 */
import type { Runtime } from '../container/runtime.ts';

interface OptionBase {
  readonly name: string;
  /** One letter, for `-b`. */
  readonly short?: string;
  readonly help: string;
  /** What the value is called in help, e.g. `PATH`. */
  readonly value?: string;
  /** Accepted, and not shown. */
  readonly hidden?: boolean;
}

/** `--name`, `--name=false`. */
export interface FlagOption extends OptionBase {
  readonly type: 'flag';
}
/** `--name TEXT`; the last one counts. */
export interface TextOption extends OptionBase {
  readonly type: 'text';
  readonly choices?: readonly string[];
}
/** `--name N`, a whole number from 0 to 2^32 - 1. */
export interface NumberOption extends OptionBase {
  readonly type: 'number';
}
/** `--name TEXT`, any number of times. */
export interface ListOption extends OptionBase {
  readonly type: 'list';
}
export type Option = FlagOption | TextOption | NumberOption | ListOption;

export interface Positional {
  readonly name: string;
  readonly help: string;
  readonly optional?: boolean;
  /** Takes all that is left. */
  readonly rest?: boolean;
  /** What completion offers. */
  readonly complete?: 'container' | 'command' | 'signal';
  readonly choices?: readonly string[];
}

interface ValueOf {
  readonly flag: boolean;
  readonly text: string;
  readonly number: number;
  readonly list: readonly string[];
}
export type OptionValue = ValueOf[keyof ValueOf];

/** The value of one option: one of its choices, where it has them. */
type ValueFor<T extends Option> = T extends { readonly choices: readonly (infer C)[] }
  ? C
  : ValueOf[T['type']];

/** The options that were given, by their long names. */
export type Values<O extends readonly Option[]> = {
  readonly [T in O[number] as T['name']]?: ValueFor<T> | undefined;
};

/** A command line taken apart; what was not given is not there. */
export interface Parsed<O extends readonly Option[] = readonly Option[]> {
  readonly options: Values<O>;
  readonly args: readonly string[];
}

/** What every handler gets. */
export interface Context {
  readonly runtime: Runtime;
  /** Writes to standard output. */
  print(text: string): void;
  /** One line on standard error, whatever the log is. */
  complain(line: string): void;
}

/** Where a command's warnings go when there is no log file. */
export type Warnings = 'never' | 'at-end' | 'at-once';

export interface Command<O extends readonly Option[] = readonly Option[]> {
  readonly name: string;
  readonly summary: string;
  /** More about the command, for its help. */
  readonly description?: string;
  readonly args: readonly Positional[];
  readonly options: O;
  /** What follows the first argument is not looked at: it may be another program's options. */
  readonly stopAtFirstArgument?: boolean;
  /** On standard error, without `--log`. Engines read standard error together with the output of many commands. */
  readonly warnings?: Warnings;
  /** Exit status of a failed command; 1 unless stated. */
  readonly failureStatus?: number;
  /** Does the work; the number is the exit status. */
  run(context: Context, parsed: Parsed<O>): Promise<number | undefined>;
}

/** Types a command's handler from its own table of options. */
export function defineCommand<const O extends readonly Option[]>(command: Command<O>): Command {
  return command;
}
