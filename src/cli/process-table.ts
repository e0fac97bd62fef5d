/** `ps --format table`: the host's ps(1), with the lines of the container's processes alone. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { findProgram, programOutput } from '../host/program-output.ts';

/** What runc gives ps where nothing is asked for. */
const EVERY_PROCESS = ['-ef'];

/** @throws RuntimeError `usage` where ps does not take the options, or does not print pids */
export function processTable(pids: readonly number[], options: readonly string[]): string {
  const path = findProgram('ps');
  if (path === undefined) {
    throw new RuntimeError('usage', 'exec: "ps": executable file not found in $PATH', {
      hint: 'install ps (package procps), or use --format json, which needs none',
    });
  }
  const { exit, output } = programOutput(path, options.length > 0 ? options : EVERY_PROCESS);
  if ('status' in exit && exit.status === 0) return ownLines(output, pids);
  const how = 'status' in exit ? `exit status ${exit.status}` : `signal ${exit.signal}`;
  throw new RuntimeError('usage', `ps: ${how}: ${output.trim()}`, {
    hint: 'what follows the container id goes to ps(1) of the host',
  });
}

/** The header, and the lines with one of the pids. */
export function ownLines(output: string, pids: readonly number[]): string {
  const [header = '', ...lines] = output.split('\n');
  const column = header.trim().split(/\s+/).indexOf('PID');
  if (column < 0) {
    throw new RuntimeError('usage', "couldn't find PID field in ps output", {
      hint: 'ask ps for it too: -o pid,…',
    });
  }
  // What follows the pid is not looked at: command lines are long.
  const pidOf = new RegExp(`^\\s*(?:\\S+\\s+){${column}}(\\S+)`);
  const wanted = new Set(pids.map(String));
  const own = lines.filter((line) => wanted.has(pidOf.exec(line)?.[1] ?? ''));
  return [header, ...own].map((line) => `${line}\n`).join('');
}
