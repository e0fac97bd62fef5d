/** An option is data: parsing, help, completion and the manual are made from it. */

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
  /** What it asks for, which is then all that the command line asks for. */
  readonly asks?: 'help' | 'version';
}
/** `--name TEXT`; the last one counts. */
export interface TextOption extends OptionBase, Defaulted {
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

export interface Defaulted {
  /** The value if none is given. */
  readonly default?: string;
  /** The default in words, for help. */
  readonly defaultText?: string;
}

interface ValueOf {
  readonly flag: boolean;
  readonly text: string;
  readonly number: number;
  readonly list: readonly string[];
}
export type OptionValue = ValueOf[keyof ValueOf];

/** The value of one option: one of its choices, if it has them. */
type ValueFor<T extends Option> = T extends { readonly choices: readonly (infer C)[] }
  ? C
  : ValueOf[T['type']];

type WithDefault = { readonly default: string };

/** The options that were given or have a default, by their long names. */
export type Values<O extends readonly Option[]> = {
  readonly [T in Extract<O[number], WithDefault> as T['name']]: ValueFor<T>;
} & {
  readonly [T in Exclude<O[number], WithDefault> as T['name']]?: ValueFor<T> | undefined;
};

export const HELP = {
  name: 'help',
  short: 'h',
  type: 'flag',
  help: 'print this help',
  asks: 'help',
} as const;
export const VERSION = {
  name: 'version',
  short: 'v',
  type: 'flag',
  help: 'print the version',
  asks: 'version',
} as const;

/** What help says of an option or an argument. */
export function helpOf(described: { readonly help: string } & Defaulted): string {
  const text = described.defaultText ?? described.default;
  return text === undefined ? described.help : `${described.help} (default: ${text})`;
}
