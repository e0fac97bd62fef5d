/** posix_spawn(3): the only way this process makes another one. glibc's uses CLONE_VM|CLONE_VFORK. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { describeErrno, errnoName } from './errno.ts';
import { libcFunction } from './ffi.ts';

const POSIX_SPAWN =
  'int posix_spawn(_Out_ int *pid, const char *path, const void *actions, const void *attr, const char **argv, const char **envp)';

// posix_spawnattr_t of glibc: short flags, int pgroup, then the sigset_t of defaults and the one of the mask.
const ATTRIBUTES_SIZE = 336;
const SET_DEFAULT_AND_MASK = 0x04 | 0x08;

/** Default disposition for every signal, empty mask: nothing of the engine's is inherited. */
function cleanSignals(): Uint8Array {
  const attributes = new Uint8Array(ATTRIBUTES_SIZE);
  attributes[0] = SET_DEFAULT_AND_MASK;
  attributes.fill(0xff, 8, 16);
  return attributes;
}

/**
 * Starts a program with clean signals. It inherits every descriptor that is not close-on-exec.
 *
 * @returns its process id
 * @throws RuntimeError `system`
 */
export function spawn(path: string, argv: readonly string[], envp: readonly string[]): number {
  const pid = [0];
  const errno = libcFunction(POSIX_SPAWN)(pid, path, null, cleanSignals(), [...argv, null], [...envp, null]);
  if (errno !== 0) {
    throw new RuntimeError('system', `cannot execute "${path}": posix_spawn: ${describeErrno(errno)}`, {
      call: 'posix_spawn',
      errno: errnoName(errno),
    });
  }
  return pid[0] as number;
}
