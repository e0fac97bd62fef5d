/** The directory of the state of containers. Only its path is found here; it is made by whoever first needs it. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { callerEnvironment } from '../host/caller.ts';
import { readlinkSync, statSync } from '../kernel/file-system.ts';
import { effectiveUid } from '../kernel/own-process.ts';
import { join } from '../kernel/path.ts';
import { absolute } from './paths.ts';

/** Inode of the user namespace that the machine started with: `PROC_USER_INIT_INO` in linux/proc_ns.h. */
const INITIAL_USER_NAMESPACE = 'user:[4026531837]';

const SYSTEM_ROOT = '/run/tsrun';

/**
 * The value of `--root`, or runc's default with our name.
 *
 * @throws RuntimeError `usage` for an empty one and for `/`
 */
export function stateRoot(given: string | undefined): string {
  if (given === undefined) return defaultRoot();
  const path = given === '' ? '/' : absolute(given);
  if (path !== '/') return path;
  throw new RuntimeError('usage', `invalid --root "${given}"`, { hint: 'name a directory of its own' });
}

/** As runc: an ordinary user, and a root that is none outside its user namespace, have a runtime directory. */
function defaultRoot(): string {
  const uid = effectiveUid();
  if (uid === 0 && inInitialUserNamespace()) return SYSTEM_ROOT;
  const { USER, XDG_RUNTIME_DIR, HOME } = callerEnvironment();
  if (uid === 0 && USER === 'root') return SYSTEM_ROOT;
  if (XDG_RUNTIME_DIR?.startsWith('/')) return join(XDG_RUNTIME_DIR, 'tsrun');
  return uid === 0 ? SYSTEM_ROOT : fallbackRoot(uid, HOME);
}

function inInitialUserNamespace(): boolean {
  try {
    return readlinkSync('/proc/self/ns/user') === INITIAL_USER_NAMESPACE;
  } catch {
    return true;
  }
}

/** Without XDG_RUNTIME_DIR: where logind would have put it, then the home directory, then /tmp. */
function fallbackRoot(uid: number, home: string | undefined): string {
  if (isDirectory(`/run/user/${uid}`)) return `/run/user/${uid}/tsrun`;
  if (home?.startsWith('/') && isDirectory(home)) return join(home, '.tsrun/run');
  return `/tmp/tsrun-${uid}`;
}

function isDirectory(path: string): boolean {
  return statSync(path)?.isDirectory() === true;
}
