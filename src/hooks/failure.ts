/** What is said when a hook fails: which one, how, and what it has written itself. */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Failure } from '../kernel/call.ts';
import { describeErrno, ENOENT, errnoName } from '../kernel/errno.ts';
import type { Exit } from '../kernel/spawn.ts';
import { signalNames } from '../process/signals.ts';
import type { NamedHook } from './named-hook.ts';
import type { OutputTail } from './output-tail.ts';

/** As runc's messages begin. */
const RUNNING = 'error running hook:';

/** How a hook ended, or that it was killed because its time was over. */
export type Ending = Exit | 'timeout';

/** The error of a hook that has not exited with status 0. */
export function hookFailure(hook: NamedHook, ending: Ending, output: OutputTail): RuntimeError {
  const lines = output.lines();
  // The last line says most, and some readers see no more than the first line of an error.
  const last = lines.length > 0 ? `: ${lines.at(-1)}` : '';
  const others = lines.length > 1 ? `\n${lines.join('\n')}` : '';
  const hint = hintFor(ending, lines.length > 0);
  return new RuntimeError('hook', `${RUNNING} ${hook.name} ${describeEnding(hook, ending)}${last}${others}`, {
    pointer: hook.pointer,
    ...(hint === undefined ? {} : { hint }),
  });
}

function hintFor(ending: Ending, hasWritten: boolean): string | undefined {
  if (ending !== 'timeout' && 'signal' in ending && signalNames[ending.signal - 1] === 'SIGSYS') {
    return 'it made a bad system call: linux.seccomp is in force in startContainer hooks too';
  }
  return hasWritten ? undefined : 'it has written nothing to its standard output and error';
}

function describeEnding({ hook }: NamedHook, ending: Ending): string {
  if (ending === 'timeout') return `failed: hook ran past specified timeout of ${hook.timeout}.0s`;
  if ('status' in ending) return `exited with status ${ending.status}`;
  return `was killed by signal ${ending.signal} (${signalNames[ending.signal - 1] ?? 'real-time'})`;
}

/** The error of a hook that could not be started. @param place where its path is looked up */
export function notStarted(hook: NamedHook, { call, errno }: Failure, place: string): RuntimeError {
  const executing = call.name === 'execve';
  const problem = executing ? 'cannot be executed' : 'cannot be started';
  return new RuntimeError(
    'hook',
    `${RUNNING} ${hook.name} ${problem}: ${call.name}: ${describeErrno(errno)}`,
    {
      pointer: executing ? `${hook.pointer}/path` : hook.pointer,
      call: call.name,
      errno: errnoName(errno),
      ...(executing ? { hint: explain(errno, place) } : {}),
    },
  );
}

function explain(errno: number, place: string): string {
  const looked = `the path is looked up ${place}`;
  if (errno === ENOENT) return `${looked}; if the file is there, its interpreter is not`;
  return `${looked}; it must be an executable file, a script with a #! line`;
}
