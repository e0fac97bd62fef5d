/**
 * The directory of all containers' state. What is in it is trusted (a record says what `delete` is to remove), so
 * nobody else may be able to write there, whatever the command.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { chmodSync, mkdirSync, type Stats, statSync } from '../kernel/file-system.ts';

/** Only its owner may look inside; the sticky bit tells cleaners of XDG_RUNTIME_DIR to leave it alone. */
export function makeStateRoot(path: string): void {
  if (checkStateRoot(path)) return;
  mkdirSync(path, { recursive: true, mode: 0o711 });
  chmodSync(path, 0o1700);
}

/**
 * @returns whether it is there
 * @throws RuntimeError `usage` where others can write to it
 */
export function checkStateRoot(path: string): boolean {
  const status = statSync(path);
  if (!status) return false;
  if (!isOurs(status)) {
    throw new RuntimeError('usage', `the state directory "${path}" can be written to by others`, {
      hint: `what is in it is trusted: chmod 700 it, or choose another one with --root`,
    });
  }
  return true;
}

function isOurs({ mode, uid }: Stats): boolean {
  const othersMayWrite = (mode & 0o022) !== 0;
  return !othersMayWrite && (uid === 0 || uid === process.geteuid?.());
}
