/**
 * Whether a created container can wait for `start` under its filter. What waits makes two calls, `write` to say that it
 * waits and `read` to do so, and a few more if startContainer hooks are to be run. A filter that forbids one of them
 * is loaded when the container is started: without a right, which `no_new_privs` allows.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type SyscallName, syscallNumber } from '../kernel/syscall-numbers.ts';
import type { Filter } from './load.ts';
import { SECCOMP_RET_ALLOW, SECCOMP_RET_LOG, SECCOMP_RET_USER_NOTIF, verdict } from './verdict.ts';

const TO_WAIT: readonly SyscallName[] = ['write', 'read'];
/** Of the init, and of the stub that becomes a hook: src/hooks. */
const TO_RUN_HOOKS: readonly SyscallName[] = [
  ...['accept4', 'sendto', 'recvfrom', 'clone', 'close', 'getpid'],
  ...['memfd_create', 'pwrite64', 'pipe2', 'fcntl', 'fchown', 'dup3', 'close_range'],
  ...['setpgid', 'prctl', 'pidfd_open', 'ppoll', 'waitid', 'kill', 'execve'],
] as const;

/** Once its listener is taken out of it. */
const TO_HIDE: readonly SyscallName[] = ['prctl'];

export interface Circumstances {
  readonly noNewPrivileges: boolean;
  /** Whether there are startContainer hooks. */
  readonly hooks: boolean;
  /** Whether it is dumpable when the filter is loaded. */
  readonly traceable: boolean;
}

/**
 * @returns whether the filter is loaded before the container waits
 * @throws RuntimeError if it must be loaded then, and forbids what comes after
 */
export function filteredWhileWaiting(
  filter: Filter,
  { noNewPrivileges, hooks, traceable }: Circumstances,
): boolean {
  const needed = [...TO_WAIT, ...(hooks ? TO_RUN_HOOKS : []), ...(traceable ? TO_HIDE : [])];
  const forbidden = needed.filter((name) => !isAllowed(filter, name));
  if (forbidden.length === 0) return true;
  if (noNewPrivileges) return false;
  // The agent may allow them.
  const refused = forbidden.filter((name) => answer(filter, name) !== SECCOMP_RET_USER_NOTIF);
  if (refused.length === 0) return true;
  throw new RuntimeError(
    'config',
    `the seccomp profile forbids what a created container waits with: ${refused.join(', ')}`,
    {
      pointer: '/linux/seccomp',
      hint: 'allow these calls, set process.noNewPrivileges to true, or use "run" instead of "create" and "start"',
    },
  );
}

/** Without asking anyone. */
export function isAllowed(filter: Filter, name: SyscallName): boolean {
  const action = answer(filter, name);
  return action === SECCOMP_RET_ALLOW || action === SECCOMP_RET_LOG;
}

function answer({ program }: Filter, name: SyscallName): number {
  return verdict(program, syscallNumber(name), []);
}
