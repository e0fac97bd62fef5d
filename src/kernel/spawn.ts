/** posix_spawn(3), the only way this process makes another one: CLONE_VM|CLONE_VFORK, here as in glibc. */

import { jsRuntime } from '#js-runtime';
import { RuntimeError } from '../errors/runtime-error.ts';
import { viewOf } from './bytes.ts';
import { type Out, stringArray } from './call.ts';
import { waitid } from './calls/process.ts';
import { CLD_EXITED, P_PID } from './constants/process.ts';
import { describeErrno, EINTR, errnoName } from './errno.ts';
import { attempt, emptyArena, systemError } from './local.ts';

/** Descriptors of ours that the program gets as its 0, 1, 2; one that is left out is inherited as it is. */
export interface Redirections {
  readonly stdin?: number;
  readonly stdout?: number;
  readonly stderr?: number;
}

/**
 * Starts a program with clean signals. It inherits every descriptor that is not close-on-exec.
 *
 * @returns its process id
 * @throws RuntimeError `system`
 */
export function spawn(
  path: string,
  argv: readonly string[],
  envp: readonly string[],
  redirections: Redirections = {},
): number {
  const { stdin = -1, stdout = -1, stderr = -1 } = redirections;
  const image = emptyArena();
  const lists = [argv, envp].map((list) => image.addressOf(stringArray(list)));
  const pid = jsRuntime.door.spawn([path, ...lists, stdin, stdout, stderr]);
  if (pid > 0) return pid;
  throw new RuntimeError('system', `cannot execute "${path}": posix_spawn: ${describeErrno(-pid)}`, {
    call: 'posix_spawn',
    errno: errnoName(-pid),
  });
}

/** How a process ended: its status, or the number of the signal that killed it. */
export type Exit = { readonly status: number } | { readonly signal: number };

/**
 * Waits for a child of ours, blocking, and reaps it.
 *
 * @throws RuntimeError `system` where there is no such child
 */
export function waitForExit(pid: number): Exit {
  const wait = waitid(P_PID, pid);
  const outs = new Map<Out, Uint8Array>();
  let result = attempt(wait, undefined, outs);
  while (result === -EINTR) result = attempt(wait, undefined, outs);
  if (result < 0) throw systemError(wait, -result);
  const info = outs.get(wait.out as Out) as Uint8Array;
  const view = viewOf(info);
  // siginfo_t: si_code at 8, si_status at 24.
  const status = view.getInt32(24, true);
  return view.getInt32(8, true) === CLD_EXITED ? { status } : { signal: status };
}
