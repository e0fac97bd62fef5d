/** A process that ended between its filter and its program: what the filter has to do with it. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { describeErrno } from '../kernel/errno.ts';
import type { Exit } from '../kernel/spawn.ts';

/** The filter's, and the stub's own where the filter forbids it even to exit. */
const SIGSYS = 31;
const SIGILL = 4;
/** What the process has to do under its filter. */
const NEEDED = 'the profile has to allow execve, and capset where process.noNewPrivileges is not true';

/**
 * @param command what was to be executed
 * @param exit undefined where only another process may know: `start` is no parent of the container's
 * @returns undefined where something else must have ended it
 */
export function stoppedByFilter(command: string, exit: Exit | undefined): RuntimeError | undefined {
  const because = (reason: string, hint: string) => {
    const message = `unable to start container process: exec: ${JSON.stringify(command)}: ${reason}`;
    return new RuntimeError('executable', message, { pointer: '/linux/seccomp', hint });
  };
  if (!exit) return because('ended under the seccomp filter', `where that was the reason: ${NEEDED}`);
  if ('signal' in exit) {
    const ours = exit.signal === SIGSYS || exit.signal === SIGILL;
    return ours ? because('stopped by the seccomp filter', NEEDED) : undefined;
  }
  // The stub's own, where the filter forbids it to answer.
  if (exit.status === 0) return undefined;
  return because(describeErrno(exit.status), `the seccomp filter is in force by then: ${NEEDED}`);
}
