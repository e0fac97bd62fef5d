/** posix_spawn(3), the only way this process makes another one: CLONE_VM|CLONE_VFORK, here as in glibc. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Out, stringArray } from './call.ts';
import { waitid } from './calls/process.ts';
import { CLD_EXITED, P_PID } from './constants/process.ts';
import { describeErrno, EINTR, errnoName } from './errno.ts';
import { libcFunction } from './ffi.ts';
import { systemCallGate } from './gate.ts';
import { attempt, systemError } from './local.ts';

const POSIX_SPAWN =
  'int posix_spawn(_Out_ int *pid, const char *path, const void *actions, const void *attr, const char **argv, const char **envp)';
const ACTIONS_INIT = 'int posix_spawn_file_actions_init(void *actions)';
const ACTIONS_ADDDUP2 = 'int posix_spawn_file_actions_adddup2(void *actions, int from, int to)';
const ACTIONS_DESTROY = 'int posix_spawn_file_actions_destroy(void *actions)';

// posix_spawnattr_t of glibc: short flags, int pgroup, then the sigset_t of defaults and the one of the mask.
const ATTRIBUTES_SIZE = 336;
const SET_DEFAULT_AND_MASK = 0x04 | 0x08;
/** sizeof(posix_spawn_file_actions_t) of glibc */
const ACTIONS_SIZE = 80;

/** Default disposition for every signal, empty mask: nothing of the engine's is inherited. */
function cleanSignals(): Uint8Array {
  const attributes = new Uint8Array(ATTRIBUTES_SIZE);
  attributes[0] = SET_DEFAULT_AND_MASK;
  attributes.fill(0xff, 8, 16);
  return attributes;
}

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
  redirections?: Redirections,
): number {
  const pid = redirections ? spawnRedirected(path, argv, envp, redirections) : spawnPlain(path, argv, envp);
  if (pid > 0) return pid;
  throw new RuntimeError('system', `cannot execute "${path}": posix_spawn: ${describeErrno(-pid)}`, {
    call: 'posix_spawn',
    errno: errnoName(-pid),
  });
}

/** Without the C library, for the init stub: every container pays for it. */
function spawnPlain(path: string, argv: readonly string[], envp: readonly string[]): number {
  const gate = systemCallGate();
  gate.image.reset(() => undefined);
  const place = gate.beginSpawn();
  gate.image.write(place, path);
  gate.image.write(place + 8, stringArray(argv));
  gate.image.write(place + 16, stringArray(envp));
  return gate.enter();
}

function spawnRedirected(
  path: string,
  argv: readonly string[],
  envp: readonly string[],
  redirections: Redirections,
): number {
  const pid = [0];
  const actions = fileActions(redirections);
  const errno = libcFunction(POSIX_SPAWN)(
    pid,
    path,
    actions,
    cleanSignals(),
    [...argv, null],
    [...envp, null],
  );
  libcFunction(ACTIONS_DESTROY)(actions);
  return errno === 0 ? (pid[0] as number) : -errno;
}

function fileActions({ stdin, stdout, stderr }: Redirections): Uint8Array {
  const actions = new Uint8Array(ACTIONS_SIZE);
  libcFunction(ACTIONS_INIT)(actions);
  [stdin, stdout, stderr].forEach((from, to) => {
    if (from !== undefined) libcFunction(ACTIONS_ADDDUP2)(actions, from, to);
  });
  return actions;
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
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  // siginfo_t: si_code at 8, si_status at 24.
  const status = view.getInt32(24, true);
  return view.getInt32(8, true) === CLD_EXITED ? { status } : { signal: status };
}
