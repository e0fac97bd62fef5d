/**
 * A command is data: one table is the source of parsing (`parse.ts`), help and completion (`yargs.ts`), and the manual.
 * Only `run` is code.
 */
import type { Runtime } from '../container/runtime.ts';
import { type Defaulted, HELP, type Option } from './option.ts';
import { type OptionTable, optionTable } from './option-table.ts';
import type { Parsed } from './parse.ts';

export interface Positional extends Defaulted {
  readonly name: string;
  readonly help: string;
  readonly optional?: boolean;
  /** Takes all that is left. */
  readonly rest?: boolean;
  /** What completion offers. */
  readonly complete?: 'container' | 'command' | 'signal';
  /** The words that may stand here. */
  readonly choices?: readonly string[];
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
  /** The same for the parser, with those that every command has. */
  readonly table: OptionTable<O>;
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
export function defineCommand<const O extends readonly Option[]>(
  command: Omit<Command<O>, 'table'>,
): Command {
  return { ...command, table: optionTable(command.options, [HELP]) };
}
