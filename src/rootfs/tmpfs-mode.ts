/**
 * The mode of a tmpfs whose options give none: that of the directory it covers, as runc has it. Where there was no
 * directory it is the kernel's default, 1777 (tmpfs(5)).
 */

import { type Step, step } from '../init/step.ts';
import { encodeUtf8 } from '../kernel/bytes.ts';
import { type Call, type FdArg, tolerate } from '../kernel/call.ts';
import { close, openInRoot, statx } from '../kernel/calls/file.ts';
import { fsconfigString } from '../kernel/calls/mount.ts';
import { O_DIRECTORY } from '../kernel/constants/file.ts';
import { ENOENT, ENOTDIR } from '../kernel/errno.ts';
import { decodeStatx } from '../kernel/statx.ts';

const PERMISSIONS = 0o7777;

export interface TmpfsMode {
  /** Before the mount: looks at the directory. */
  readonly look: Step;
  /** Among the parameters of the filesystem. */
  readonly parameter: (filesystem: Call) => Call;
}

export function modeOfCovered(root: FdArg, destination: string, pointer: string): TmpfsMode {
  const directory = tolerate(openInRoot(root, destination, O_DIRECTORY), ENOENT, ENOTDIR);
  const status = statx(directory, '');
  // Calls are data, and so is what they refer to: the step before fills it in.
  const mode = encodeUtf8('01777\0');
  const look = step(
    'init',
    `look at the mode of "${destination}"`,
    pointer,
    [directory, status, close(directory)],
    {
      check: (results) => {
        if (results.value(directory) < 0) return undefined;
        const permissions = decodeStatx(results.bytes(status)).mode & PERMISSIONS;
        mode.set(encodeUtf8(permissions.toString(8).padStart(5, '0')));
        return undefined;
      },
    },
  );
  return { look, parameter: (filesystem) => fsconfigString(filesystem, 'mode', mode) };
}
