/** What could stand where the cursor is: commands, options and their values from yargs, arguments from here. */
import { list } from '../container/list.ts';
import { silentLog } from '../log/log.ts';
import { signalNames } from '../process/signals.ts';
import type { Command, Positional } from './command.ts';
import { commandNames, commands, findCommand } from './commands.ts';
import { type GlobalValues, readGlobals } from './globals.ts';
import { parse } from './parse.ts';
import { runtimeFrom } from './runtime.ts';
import { commandProgram, complete, program } from './yargs.ts';

/** yargs offers `--b` for `-b` where two dashes are typed. */
const ONE_LETTER_LONG = /^--.$/;

/** @param words of the command line after `tsrun`, the last one being what is typed so far */
export async function completions(words: readonly string[]): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  const found = await candidates(words.slice(0, -1), current);
  // Options are offered when one is begun; an empty word may be a value or a file.
  return found.filter(
    (word) =>
      word.startsWith(current) &&
      word.startsWith('-') === current.startsWith('-') &&
      !ONE_LETTER_LONG.test(word),
  );
}

async function candidates(before: readonly string[], current: string): Promise<readonly string[]> {
  const { options, next } = readGlobals(before);
  const [name, ...given] = next.kind === 'command' ? next.words : [];
  if (name === undefined) return ofProgram([...before, current]);
  const command = findCommand(name);
  if (command === undefined) return [];
  const place = nextArgument(command, given);
  if (place === 'none') return [];
  if (place === 'value' || current.startsWith('-')) return ofCommand(command, [...given, current]);
  return argumentsLike(place, options);
}

/** What an argument would be at the end of these words: `value` where an option waits for its own. */
function nextArgument(command: Command, words: readonly string[]): Positional | 'value' | 'none' {
  try {
    const outcome = parse(words, command.table, command.stopAtFirstArgument === true);
    return outcome.kind === 'parsed' ? (command.args[outcome.args.length] ?? 'none') : 'none';
  } catch {
    return 'value';
  }
}

function argumentsLike(place: Positional, options: GlobalValues): readonly string[] {
  switch (place.complete) {
    case 'command':
      return commandNames;
    case 'signal':
      return signalNames.map((name) => name.slice('SIG'.length));
    case 'container':
      return containerIds(options);
    default:
      return place.choices ?? [];
  }
}

/** Completion is help, not an answer: where containers cannot be listed, there are none to offer. */
function containerIds(options: GlobalValues): readonly string[] {
  try {
    return list(runtimeFrom(options, silentLog)).map(({ id }) => id);
  } catch {
    return [];
  }
}

function ofProgram(words: string[]): Promise<readonly string[]> {
  return complete(program(commands), words);
}

function ofCommand(command: Command, words: string[]): Promise<readonly string[]> {
  return complete(commandProgram(command), words);
}
