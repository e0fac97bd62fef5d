/** The arguments of a command, by its table. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Command, Positional } from './command.ts';
import { choice } from './convert.ts';

/**
 * Checks how many there are, and which.
 *
 * @returns with the defaults of those that are not given
 * @throws RuntimeError `usage`, in runc's words
 */
export function completeArguments(command: Command, given: readonly string[]): readonly string[] {
  checkCount(command, given.length);
  const args = [...given];
  command.args.forEach((argument, index) => {
    const word = args[index] ?? argument.default;
    if (word !== undefined) args[index] = choice(argument.name, argument.choices, word);
  });
  return args;
}

function checkCount(command: Command, given: number): void {
  const least = command.args.filter((argument) => argument.optional !== true).length;
  const most = command.args.some((argument) => argument.rest)
    ? Number.POSITIVE_INFINITY
    : command.args.length;
  if (given >= least && given <= most) return;
  const bound = least === most ? 'exactly' : given < least ? 'a minimum of' : 'a maximum of';
  const count = given < least ? least : most;
  throw new RuntimeError('usage', `"${command.name}" requires ${bound} ${count} argument(s), got ${given}`, {
    hint: `usage: ${usageLine(command)}`,
  });
}

/** `tsrun kill [options] <container-id> [signal]`. */
export function usageLine(command: Command): string {
  const options = command.options.some((option) => option.hidden !== true) ? ['[options]'] : [];
  return ['tsrun', command.name, ...options, ...command.args.map(placeholder)].join(' ');
}

function placeholder({ name, optional, rest }: Positional): string {
  const inside = rest === true ? `${name}...` : name;
  return optional === true ? `[${inside}]` : `<${inside}>`;
}
