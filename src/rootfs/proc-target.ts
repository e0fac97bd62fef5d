/**
 * Mounts inside of the container's /proc are refused: the runtime and the kernel's security modules trust what is
 * there (CVE-2019-16884). Symlinks of the image do not get around it, see target.ts.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { close, fstatfs, openat } from '../kernel/calls/file.ts';
import { AT_FDCWD, O_PATH } from '../kernel/constants/file.ts';
import { resolve } from '../kernel/path.ts';
import type { Mount } from '../spec/types.ts';

/** What may be mounted there, as runc has it: lxcfs' files and two more. */
const ALLOWED = new Set([
  ...['cpuinfo', 'diskstats', 'meminfo', 'stat', 'swaps', 'uptime', 'loadavg', 'slabinfo'],
  ...['net/dev', 'sys/kernel/ns_last_pid', 'sys/crypto/fips_enabled'],
]);

/** linux/magic.h */
const PROC_SUPER_MAGIC = 0x9fa0;

/** The destination without `.`, `..`, and repeated slashes; where it has no symlinks, this is where it leads. */
function cleaned(destination: string): string {
  return resolve('/', destination);
}

/** Whether the destination is one of those that may be inside of /proc. */
export function mayBeInProc(destination: string): boolean {
  const path = cleaned(destination);
  return path.startsWith('/proc/') && ALLOWED.has(path.slice('/proc/'.length));
}

/** @throws RuntimeError `config` for a destination inside of /proc, whatever way it is written */
export function refuseInsideProc(destination: string, pointer: string): void {
  if (cleaned(destination).startsWith('/proc/') && !mayBeInProc(destination)) {
    throw insideProc(destination, pointer);
  }
}

/** @param pointer of the mount */
export function insideProc(destination: string, pointer: string): RuntimeError {
  return new RuntimeError('config', `"${destination}" cannot be mounted because it is inside /proc`, {
    pointer: `${pointer}/destination`,
    hint: 'mount it elsewhere, or hide the file with linux.maskedPaths; symlinks of the rootfs count, too',
  });
}

/**
 * As runc: what is bound at /proc itself must be a procfs.
 *
 * @param opened the tree that will be bound, where it is open by then
 */
export function onlyProcfsAtProc(
  { source = '', destination }: Mount,
  pointer: string,
  opened: Call | undefined,
  recover: (errno: number, call: Call) => RuntimeError | undefined,
): readonly Step[] {
  if (cleaned(destination) !== '/proc') return [];
  const handle = opened ?? openat(AT_FDCWD, source, O_PATH);
  const filesystem = fstatfs(handle);
  const calls = opened ? [filesystem] : [handle, filesystem, close(handle)];
  return [
    step('init', `look at what is to cover "${destination}"`, `${pointer}/source`, calls, {
      recover: ({ errno, call }) => recover(errno, call),
      check: (results) => {
        if (!isProcfs(results.bytes(filesystem))) throw notProcfs(destination, pointer);
        return undefined;
      },
    }),
  ];
}

function notProcfs(destination: string, pointer: string): RuntimeError {
  return new RuntimeError('config', `"${destination}" cannot be mounted because it is not of type proc`, {
    pointer: `${pointer}/source`,
    hint: 'mount a filesystem of type "proc" there, or bind the host\'s /proc',
  });
}

/** @param status `struct statfs` */
export function isProcfs(status: Uint8Array): boolean {
  const { buffer, byteOffset, byteLength } = status;
  return new DataView(buffer, byteOffset, byteLength).getUint32(0, true) === PROC_SUPER_MAGIC;
}
