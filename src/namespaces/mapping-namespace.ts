/**
 * A user namespace that nobody is in: only its maps matter, which mount_setattr(2) takes from it
 * (MOUNT_ATTR_IDMAP). A process is needed to make it, and ends when it is open.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { ResultTable } from '../init/program.ts';
import { Remote } from '../init/remote.ts';
import { action, type Step, step } from '../init/step.ts';
import { openControlSocket, spawnStub } from '../init/stub-process.ts';
import { encodeUtf8 } from '../kernel/bytes.ts';
import { type Call, call } from '../kernel/call.ts';
import { close, openat } from '../kernel/calls/file.ts';
import { unshare } from '../kernel/calls/namespace.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../kernel/constants/file.ts';
import { CLONE_NEWUSER } from '../kernel/constants/process.ts';
import { describeErrno, errnoName } from '../kernel/errno.ts';
import { writeFileSync } from '../kernel/file-system.ts';
import { perform } from '../kernel/local.ts';
import { waitForExit } from '../kernel/spawn.ts';
import type { IdMapping } from '../spec/types.ts';
import { mapLines } from './id-map.ts';

export interface OpenedNamespace {
  /** Executed by the runtime, before the first stub is started. */
  readonly steps: readonly Step[];
  /** The namespace; the stubs inherit it. */
  readonly opened: Call;
}

/** One that is there already. */
export function existingNamespace(path: string, pointer: string): OpenedNamespace {
  const opened = openat(AT_FDCWD, path, O_RDONLY);
  return { opened, steps: [step('runtime', `open the user namespace "${path}"`, pointer, [opened])] };
}

export function mappingNamespace(
  uids: readonly IdMapping[],
  gids: readonly IdMapping[],
  pointer: string,
): OpenedNamespace {
  // Calls are data, and so is what they refer to: the step before fills it in.
  const path = new Uint8Array(64);
  path.set(encodeUtf8('/proc/PID/ns/user'));
  const opened = call('openat', AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  let helper: Helper | undefined;
  const does = [
    'unshare(CLONE_NEWUSER)',
    `write("/proc/PID/uid_map", ${JSON.stringify(mapLines(uids))})`,
    `write("/proc/PID/gid_map", ${JSON.stringify(mapLines(gids))})`,
  ];
  const make = action('make a user namespace for the id map', pointer, does, () => {
    helper = startHelper();
    try {
      write(`/proc/${helper.pid}/uid_map`, mapLines(uids), pointer);
      write(`/proc/${helper.pid}/gid_map`, mapLines(gids), pointer);
    } catch (error) {
      endHelper(helper);
      throw error;
    }
    path.fill(0).set(encodeUtf8(`/proc/${helper.pid}/ns/user`));
  });
  const end = () => {
    if (helper) endHelper(helper);
  };
  const open = step('runtime', 'open the user namespace', pointer, [opened], {
    check: () => {
      end();
      return undefined;
    },
    recover: () => {
      end();
      return undefined;
    },
  });
  return { opened, steps: [make, open] };
}

interface Helper {
  readonly pid: number;
  readonly control: number;
}

function startHelper(): Helper {
  const control = openControlSocket();
  const helper = { pid: spawnStub([control], []), control: control.driver };
  const failure = new Remote(helper.control, new ResultTable()).run([unshare(CLONE_NEWUSER)]);
  if (!failure) return helper;
  endHelper(helper);
  throw new RuntimeError('system', `unshare: ${describeErrno(failure.errno)}`, {
    call: 'unshare',
    errno: errnoName(failure.errno),
    hint: 'the sysctl user.max_user_namespaces limits user namespaces',
  });
}

/** It ends with its control socket. */
function endHelper({ pid, control }: Helper): void {
  perform(close(control));
  waitForExit(pid);
}

function write(path: string, text: string, pointer: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new RuntimeError('config', `cannot map the ids of the mount: ${path}: ${code}`, {
      pointer,
      errno: code,
      hint: 'every host id must exist here, ranges must not overlap, and a map has at most 340 lines',
    });
  }
}
