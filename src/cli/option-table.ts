/** Options, prepared for the parser. */
import type { Option, OptionValue, Values } from './option.ts';

export interface OptionTable<O extends readonly Option[] = readonly Option[]> {
  readonly options: readonly Option[];
  /** Every way to write an option: `--bundle`, `-b`, and `-bundle`, which Go's flag package, and so go-runc, writes. */
  readonly spellings: ReadonlyMap<string, Option>;
  readonly defaults: Values<O>;
}

/** @param universal options that ask for something, and have no value for the command */
export function optionTable<const O extends readonly Option[]>(
  options: O,
  universal: readonly Option[],
): OptionTable<O> {
  const all = [...options, ...universal];
  const defaults: Record<string, OptionValue> = {};
  for (const option of options)
    if (option.type === 'text' && option.default !== undefined) defaults[option.name] = option.default;
  // Names and types come from the table, which is what `Values` is made of.
  return { options: all, spellings: new Map(all.flatMap(spellingsOf)), defaults: defaults as Values<O> };
}

function spellingsOf(option: Option): [string, Option][] {
  const { name, short } = option;
  const spellings = [`--${name}`, `-${name}`, ...(short === undefined ? [] : [`-${short}`])];
  return spellings.map((spelling) => [spelling, option]);
}
