/**
 * The fast way through a command line: the forms that engines and people usually write. What it does not know
 * (grouped letters, misspelt options) it leaves to `yargs.ts`, which is slower and says what is wrong.
 *
 * Forms: `--name value`, `--name=value`, `-n value`, `-n=value`, and `-name` for `--name`, because Go's flag
 * package, and so go-runc, writes that.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Option, OptionValue, Parsed, Values } from './command.ts';
import { convert, FLAG_WORDS } from './convert.ts';

export type Outcome<O extends readonly Option[]> =
  | ({ readonly kind: 'parsed' } & Parsed<O>)
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** `token` is what this parser has no rule for. */
  | { readonly kind: 'unusual'; readonly token: string };

/**
 * Takes a command line apart by a table of options.
 *
 * @param stopAtFirstArgument the first argument that is no option ends the options; it and the rest are `args`
 * @throws RuntimeError `usage` where an option is known and its value is wrong
 */
export function parse<const O extends readonly Option[]>(
  argv: readonly string[],
  table: O,
  stopAtFirstArgument: boolean,
): Outcome<O> {
  const options: Record<string, OptionValue> = {};
  const args: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const token = argv[i] ?? '';
    if (token === '--') return parsed(options, args, argv.slice(i + 1));
    if (token.length < 2 || token[0] !== '-') {
      if (stopAtFirstArgument) return parsed(options, args, argv.slice(i));
      args.push(token);
      continue;
    }
    const equals = token.indexOf('=');
    const dashed = equals < 0 ? token : token.slice(0, equals);
    const option = findOption(table, dashed);
    if (option === undefined) return special(dashed, equals) ?? { kind: 'unusual', token };
    let text: string | undefined;
    if (equals >= 0) text = token.slice(equals + 1);
    else if (option.type !== 'flag') text = valueAfter(argv, ++i, dashed);
    store(options, option, text);
  }
  return parsed(options, args, []);
}

function parsed<O extends readonly Option[]>(
  options: Readonly<Record<string, OptionValue>>,
  args: readonly string[],
  rest: readonly string[],
): Outcome<O> {
  // `store` took names and types from the table, which is what `Values` is made of.
  return {
    kind: 'parsed',
    options: options as Values<O>,
    args: rest.length === 0 ? args : [...args, ...rest],
  };
}

/** `-b`, `--bundle`, `-bundle`; not `--b`. */
function findOption(table: readonly Option[], dashed: string): Option | undefined {
  const name = dashed[1] === '-' ? dashed.slice(2) : dashed.slice(1);
  for (const option of table) {
    if (option.name === name) return option;
    if (option.short === name && dashed.length === 2) return option;
  }
  return undefined;
}

function special(dashed: string, equals: number): { kind: 'help' | 'version' } | undefined {
  if (equals >= 0) return undefined;
  if (dashed === '--help' || dashed === '-h' || dashed === '-help') return { kind: 'help' };
  if (dashed === '--version' || dashed === '-v' || dashed === '-version') return { kind: 'version' };
  return undefined;
}

function valueAfter(argv: readonly string[], index: number, dashed: string): string {
  const text = argv[index];
  if (text !== undefined) return text;
  throw new RuntimeError('usage', `option ${dashed} needs a value`, {
    hint: `write ${dashed} VALUE or ${dashed}=VALUE`,
  });
}

/** Adds one occurrence of an option. `text` is absent only for a bare flag. */
export function store(
  options: Record<string, OptionValue>,
  option: Option,
  text: string = FLAG_WORDS.bare,
): void {
  const value = convert(option, text);
  if (option.type !== 'list') {
    options[option.name] = value;
    return;
  }
  const before = options[option.name];
  options[option.name] = Array.isArray(before) ? [...before, text] : [text];
}
