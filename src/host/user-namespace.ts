/** What the machine says about user namespaces: user_namespaces(7), and the distributions' sysctls. */
import { readFileSync, readlinkSync, statSync } from '../kernel/file-system.ts';

/** PROC_USER_INIT_INO. An identity map is no sign of the initial namespace: systemd 260 writes one. */
const INITIAL_USER_NAMESPACE = 4026531837;

export function inInitialUserNamespace(): boolean {
  return statSync('/proc/self/ns/user')?.ino === INITIAL_USER_NAMESPACE;
}

/** What who writes a map of groups without a right to it has given up, for good. */
export function setgroupsDenied(proc = '/proc'): boolean {
  return readText(`${proc}/self/setgroups`)?.trim() === 'deny';
}

/**
 * A sysctl's value.
 *
 * @param name with dots, `user.max_user_namespaces`
 * @returns undefined where the kernel has no such sysctl
 */
export function readSysctl(name: string, proc = '/proc'): string | undefined {
  return readText(`${proc}/sys/${name.replaceAll('.', '/')}`)?.trim();
}

/** A field of /proc/self/status, `Seccomp`. */
export function statusField(name: string, proc = '/proc'): string | undefined {
  const text = readText(`${proc}/self/status`) ?? '';
  const start = text.indexOf(`\n${name}:`);
  if (start === -1) return undefined;
  const from = start + name.length + 2;
  return text.slice(from, text.indexOf('\n', from)).trim();
}

/** Whether this kernel has the namespace, by its name in /proc/PID/ns. */
export function hasNamespace(file: string, proc = '/proc'): boolean {
  try {
    readlinkSync(`${proc}/self/ns/${file}`);
    return true;
  } catch {
    return false;
  }
}

/** Whether the root directory is not the root of the mount namespace, chroot(2); undefined where nobody says. */
export function isChrooted(proc = '/proc'): boolean | undefined {
  // In a chroot, the mount at `/` is not visible as a mount point (unless one was put there).
  const mounts = readText(`${proc}/self/mountinfo`);
  return mounts?.split('\n').every((line) => line.split(' ')[4] !== '/');
}

/** One of the ranges of /proc/self/uid_map or gid_map: ids of this namespace that exist. */
export interface OwnIdRange {
  readonly start: number;
  readonly size: number;
}

/** The ids that exist in our own user namespace; every id in the initial one. */
export function ownIds(file: 'uid_map' | 'gid_map', proc = '/proc'): readonly OwnIdRange[] {
  const lines = readText(`${proc}/self/${file}`)?.trim().split('\n') ?? [];
  return lines.map((line) => {
    const [start, , size] = line.trim().split(/\s+/).map(Number);
    return { start: start ?? 0, size: size ?? 0 };
  });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
