/**
 * The thorough way, built with yargs from the same tables as the fast one: command lines with words that the tables do
 * not have, help, and completion. Node takes longer to load yargs than to run most commands: import this only when
 * needed.
 */
import yargs, { type Argv, type Options } from 'yargs';
import { RuntimeError } from '../errors/runtime-error.ts';
import { usageLine } from './arguments.ts';
import type { Command } from './command.ts';
import { convert } from './convert.ts';
import { globalTable } from './global-options.ts';
import { helpOf, type Option } from './option.ts';
import type { OptionTable } from './option-table.ts';
import { Findings, type Outcome } from './parse.ts';
import { unknownOption } from './unknown-option.ts';
import { readWords, type Word } from './words.ts';

const HELP_WIDTH = 100;

/** Options are what the tables say: nothing is negated, split, renamed or turned into a number. */
const PARSER = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'duplicate-arguments-array': true,
  'flatten-duplicate-arrays': true,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'strip-aliased': true,
};

interface How {
  readonly table: OptionTable;
  /** The first argument ends the options. */
  readonly stop: boolean;
  /** What the fast parser stumbled over, for the message. */
  readonly token: string;
  readonly command: string;
}

/**
 * Parses what the fast parser could not, such as `-td` for `-t -d`.
 *
 * @throws RuntimeError `usage`
 */
export function parseUnusual(words: readonly string[], how: How): Outcome<readonly Option[]> {
  const { options } = how.table;
  const { _: args, $0: _program, ...given } = parseWords([...respelt(words, how)], how);
  const found = new Findings(how.table);
  found.args.push(...args.map(String));
  for (const [name, value] of Object.entries(given)) {
    const option = options.find((each) => each.name === name);
    if (option === undefined) throw unknownOption(how.token, options, how.command);
    for (const text of Array.isArray(value) ? value : [value])
      if (text !== undefined) found.add(option, String(text));
  }
  return found.outcome();
}

/** What the table has is written the one way that yargs reads as the table does: `--name=value`. */
function* respelt(words: readonly string[], { table, stop }: How): Generator<string, void> {
  for (const word of readWords(words, table, stop)) yield* spelling(word);
}

function spelling(word: Word): readonly string[] {
  switch (word.kind) {
    case 'option': {
      const { option, text } = word;
      return [`--${option.name}=${option.type === 'flag' ? convert(option, text) : text}`];
    }
    case 'rest':
      return word.marked ? ['--', ...word.words] : word.words;
    default:
      return [word.word];
  }
}

function parseWords(words: readonly string[], how: How): ReturnType<Argv['parseSync']> {
  const { options } = how.table;
  try {
    return addOptions(base(words), options, true)
      .parserConfiguration({ ...PARSER, 'halt-at-non-option': how.stop })
      .fail((message) => {
        throw new RuntimeError('usage', `cannot parse ${how.token}: ${oneLine(message)}`);
      })
      .parseSync();
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    // yargs keeps its tables in plain objects, and trips over words such as `--constructor`.
    throw unknownOption(how.token, options, how.command);
  }
}

/** The whole program, or one command, for its help or for completion. */
export function program(commands: readonly Command[]): Argv {
  let parser = addOptions(base([]), globalTable.options, false)
    .usage('tsrun [global options] <command> [options] [arguments...]\n\nRuns containers from OCI bundles.')
    .epilogue('tsrun <command> --help tells more about a command.');
  for (const command of commands) {
    // A command may stand here without its arguments, when it is being completed.
    parser = parser.command(command.name, command.summary, (sub) => addCommand(sub, command));
  }
  return parser;
}

/** One command alone. */
export function commandProgram(command: Command): Argv {
  const description = command.description === undefined ? '' : `\n\n${command.description}`;
  const heading = `${usageLine(command)}\n\n${sentence(command.summary)}${description}`;
  return addCommand(base([]), command).usage(heading);
}

/** The words that may stand last. */
export function complete(parser: Argv, words: string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    parser
      .fail(() => {})
      .getCompletion(words, (error, found) => (error ? reject(error) : resolve(found ?? [])));
  });
}

function base(words: readonly string[]): Argv {
  return yargs([...words])
    .scriptName('tsrun')
    .locale('en')
    .help(false)
    .version(false)
    .exitProcess(false)
    .wrap(HELP_WIDTH)
    .parserConfiguration(PARSER);
}

function addCommand(parser: Argv, command: Command): Argv {
  let extended = addOptions(parser, command.table.options, false);
  for (const argument of command.args) {
    const { name, choices } = argument;
    const describe = helpOf(argument);
    extended = extended.positional(name, { describe, type: 'string', ...(choices ? { choices } : {}) });
  }
  return extended;
}

/** @param texts all values as text, to be converted by the tables' own rules */
function addOptions(parser: Argv, options: readonly Option[], texts: boolean): Argv {
  let extended = parser;
  for (const option of options)
    extended = extended.option(option.name, texts ? textOption(option) : shownOption(option));
  return extended;
}

function textOption({ type, short }: Option): Options {
  // Quotes around a value stay because it is required.
  const kind = type === 'flag' ? { boolean: true } : { string: true, requiresArg: true };
  return { ...kind, ...(short === undefined ? {} : { alias: short }) };
}

function shownOption(option: Option): Options {
  const flag = option.type === 'flag';
  return {
    describe: flag ? option.help : `${option.value}: ${helpOf(option)}`,
    type: flag ? 'boolean' : option.type === 'number' ? 'number' : 'string',
    hidden: option.hidden ?? false,
    ...(option.short === undefined ? {} : { alias: option.short }),
    ...(flag ? {} : { requiresArg: true }),
    ...(option.type === 'text' && option.choices !== undefined ? { choices: option.choices } : {}),
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}
