/** What could stand where the cursor is: options and their values from yargs, arguments from here. */
import type { Command, Positional } from './command.ts';
import { commandNames, loadAllCommands, loadCommand } from './commands.ts';
import { type GlobalValues, readGlobals } from './globals.ts';
import { parse } from './parse.ts';

/** @param words of the command line after `tsrun`, the last one being what is typed so far */
export async function completions(words: readonly string[]): Promise<readonly string[]> {
  const current = words.at(-1) ?? '';
  return (await candidates(words, current)).filter((word) => word.startsWith(current));
}

async function candidates(words: readonly string[], current: string): Promise<readonly string[]> {
  const { options, next } = readGlobals(words.slice(0, -1));
  const [name, ...before] = next.kind === 'command' ? next.words : [];
  const command = name === undefined ? undefined : await loadCommand(name);
  const place = command === undefined || current.startsWith('-') ? undefined : argumentAt(command, before);
  if (place?.complete !== undefined) return argumentsLike(place, options);
  if (place !== undefined && place.choices === undefined) return [];
  return fromYargs(words);
}

/** The argument that would be next, unless an option's value is. */
function argumentAt(command: Command, before: readonly string[]): Positional | undefined {
  try {
    const outcome = parse(before, command.options, command.stopAtFirstArgument === true);
    return outcome.kind === 'parsed' ? command.args[outcome.args.length] : undefined;
  } catch {
    return undefined;
  }
}

async function argumentsLike(place: Positional, options: GlobalValues): Promise<readonly string[]> {
  switch (place.complete) {
    case 'command':
      return commandNames;
    case 'signal':
      return (await import('../process/signals.ts')).signalNames.map((name) => name.slice('SIG'.length));
    default:
      return containerIds(options);
  }
}

/** Completion is help, not an answer: where containers cannot be listed, there are none to offer. */
async function containerIds(options: GlobalValues): Promise<readonly string[]> {
  try {
    const [{ list }, { runtimeFrom }, { silentLog }] = await Promise.all([
      import('../container/list.ts'),
      import('./runtime.ts'),
      import('../log/log.ts'),
    ]);
    return (await list(runtimeFrom(options, silentLog))).map(({ id }) => id);
  } catch {
    return [];
  }
}

async function fromYargs(words: readonly string[]): Promise<readonly string[]> {
  const { program } = await import('./yargs.ts');
  const parser = program(await loadAllCommands());
  return new Promise((resolve, reject) => {
    parser.getCompletion([...words], (error, found) => (error ? reject(error) : resolve(found ?? [])));
  });
}
