/**
 * The directory of all containers' state. What is in it is trusted (a record says what `delete` is to remove), so
 * no other user may be able to write there or to choose it by a symbolic link, whatever the command.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { isOurs, trustedStatus } from '../host/trusted-path.ts';
import { chmodSync, mkdirSync } from '../kernel/file-system.ts';

/** Only its owner may look inside; the sticky bit tells cleaners of XDG_RUNTIME_DIR to leave it alone. */
export function makeStateRoot(path: string): void {
  if (checkStateRoot(path)) return;
  mkdirSync(path, { recursive: true, mode: 0o711 });
  // In a directory such as /tmp, another user can have been faster.
  checkStateRoot(path);
  chmodSync(path, 0o1700);
}

/**
 * @returns whether it exists
 * @throws RuntimeError `usage` if other users can write to it or exchange it
 */
export function checkStateRoot(path: string): boolean {
  const status = trustedStatus(path);
  if (!status) return false;
  if (!isOurs(status)) {
    throw new RuntimeError('usage', `the state directory "${path}" can be written to by others`, {
      hint: `what is in it is trusted: chmod 700 it, or choose another one with --root`,
    });
  }
  return true;
}
