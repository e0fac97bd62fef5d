/** This process's streams as those of a command in the guest, and command lines for it. */
import type { Output } from './port.ts';

export const terminal: Output = {
  stdout: (data) => process.stdout.write(data),
  stderr: (data) => process.stderr.write(data),
};

/** Arguments as a line for the shell; a single one is a line already. */
export function commandLine(args: readonly string[]): string {
  return args.length === 1 && args[0] !== undefined ? args[0] : quoted(args);
}

export function quoted(args: readonly string[]): string {
  return args.map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`).join(' ');
}
