/**
 * The files in /proc that a process has of itself, out of the container's reach: written to through a handle on the
 * machine's own procfs, opened before anything of the container is joined or mounted, and resolved without leaving
 * that mount. What a container has at /proc may be anything (CVE-2019-16884, CVE-2025-52881).
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Actor, type Step, step } from '../init/step.ts';
import type { Call, FdArg } from '../kernel/call.ts';
import { fstatfs, openat, openat2 } from '../kernel/calls/file.ts';
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_PATH,
  RESOLVE_BENEATH,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_XDEV,
} from '../kernel/constants/file.ts';

const PROC_SUPER_MAGIC = 0x9fa0;

export interface HostProc {
  readonly directory: Call;
  readonly open: Step;
}

/** @param pointer of the field that it is needed for */
export function hostProc(actor: Actor, pointer: string): HostProc {
  const directory = openat(AT_FDCWD, '/proc', O_PATH | O_DIRECTORY);
  const filesystem = fstatfs(directory);
  const open = step(actor, 'open the machine\'s "/proc"', pointer, [directory, filesystem], {
    check: (results) => {
      const magic = new DataView(results.bytes(filesystem).slice().buffer).getUint32(0, true);
      if (magic === PROC_SUPER_MAGIC) return undefined;
      throw new RuntimeError('system', '"/proc" of this machine is not procfs', {
        pointer,
        hint: 'mount it: mount -t proc proc /proc',
      });
    },
  });
  return { directory, open };
}

/** @param path below /proc; `self` is the process that makes the call */
export function openBelowProc(proc: FdArg, path: string, flags: number): Call {
  return openat2(proc, path, flags, RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS);
}
