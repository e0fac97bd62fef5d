/**
 * The thorough way, built with yargs from the same tables as the fast one: command lines that `parse.ts` has no
 * rule for, help, and completion. Loading yargs takes longer than most commands: import this only when needed.
 */
import yargs, { type Argv, type Options } from 'yargs';
import { RuntimeError } from '../errors/runtime-error.ts';
import { usageLine } from './arguments.ts';
import type { Command, Option, OptionValue, Parsed } from './command.ts';
import { globalOptions } from './global-options.ts';
import { store } from './parse.ts';
import { unknownOption } from './unknown-option.ts';

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

const HELP: Option = { name: 'help', short: 'h', type: 'flag', help: 'print this help' };
const VERSION: Option = { name: 'version', short: 'v', type: 'flag', help: 'print the version' };

interface How {
  /** The first argument ends the options. */
  readonly stop: boolean;
  /** What the fast parser stumbled over, for the message. */
  readonly token: string;
  readonly command?: string;
}

/**
 * Parses what the fast parser could not, such as `-td` for `-t -d`.
 *
 * @throws RuntimeError `usage`
 */
export function parseUnusual(words: readonly string[], table: readonly Option[], how: How): Parsed | 'help' {
  const known = [...table, HELP];
  const argv = parseWords(words, known, how);
  const { _: args, $0: _program, ...given } = argv;
  const options: Record<string, OptionValue> = {};
  for (const [name, value] of Object.entries(given)) {
    const option = known.find((each) => each.name === name);
    if (option === undefined) throw unknownOption(how.token, table, how.command);
    for (const text of Array.isArray(value) ? value : [value]) {
      if (text !== undefined) store(options, option, String(text));
    }
  }
  return options.help === true ? 'help' : { options, args: args.map(String) };
}

function parseWords(
  words: readonly string[],
  known: readonly Option[],
  how: How,
): ReturnType<Argv['parseSync']> {
  try {
    return addOptions(base(words), known, true)
      .parserConfiguration({ ...PARSER, 'halt-at-non-option': how.stop })
      .fail((message) => {
        throw new RuntimeError('usage', `cannot parse ${how.token}: ${oneLine(message)}`);
      })
      .parseSync();
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    // yargs keeps its tables in plain objects, and trips over words such as `--constructor`.
    throw unknownOption(how.token, known, how.command);
  }
}

/** The whole program, or one command, for its help or for completion. */
export function program(commands: readonly Command[]): Argv {
  let parser = addOptions(base([]), [...globalOptions, HELP, VERSION], false)
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
  let extended = addOptions(parser, [...command.options, HELP], false);
  for (const { name, help, choices } of command.args) {
    extended = extended.positional(name, { describe: help, type: 'string', ...(choices ? { choices } : {}) });
  }
  return extended;
}

/** @param texts all values as text, to be converted by the tables' own rules */
function addOptions(parser: Argv, table: readonly Option[], texts: boolean): Argv {
  let extended = parser;
  for (const option of table) extended = extended.option(option.name, yargsOption(option, texts));
  return extended;
}

function yargsOption(option: Option, texts: boolean): Options {
  const flag = option.type === 'flag';
  return {
    describe: flag ? option.help : `${option.value}: ${option.help}`,
    type: flag ? 'boolean' : option.type === 'number' && !texts ? 'number' : 'string',
    hidden: option.hidden ?? false,
    ...(option.short === undefined ? {} : { alias: option.short }),
    ...(flag ? {} : { requiresArg: true }),
    ...(!texts && option.type === 'text' && option.choices !== undefined ? { choices: option.choices } : {}),
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}
