/** How many arguments a command takes. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Command } from './command.ts';

/** @throws RuntimeError `usage`, in runc's words */
export function checkArguments(command: Command, args: readonly string[]): void {
  const least = command.args.filter((argument) => argument.optional !== true).length;
  const most = command.args.some((argument) => argument.rest)
    ? Number.POSITIVE_INFINITY
    : command.args.length;
  if (args.length >= least && args.length <= most) return;
  const bound = least === most ? 'exactly' : args.length < least ? 'a minimum of' : 'a maximum of';
  const count = args.length < least ? least : most;
  throw new RuntimeError(
    'usage',
    `"${command.name}" requires ${bound} ${count} argument(s), got ${args.length}`,
    {
      hint: `usage: ${usageLine(command)}`,
    },
  );
}

/** `tsrun kill [options] <container-id> [signal]`. */
export function usageLine(command: Command): string {
  const options = command.options.some((option) => option.hidden !== true) ? ['[options]'] : [];
  return ['tsrun', command.name, ...options, ...command.args.map(placeholder)].join(' ');
}

function placeholder({ name, optional, rest }: Command['args'][number]): string {
  const inside = rest === true ? `${name}...` : name;
  return optional === true ? `[${inside}]` : `<${inside}>`;
}
