/** A further process of a running container enters its cgroups. */

import { type Step, step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { close, openat, write } from '../kernel/calls/file.ts';
import { O_WRONLY } from '../kernel/constants/file.ts';
import { EACCES, EBUSY, EPERM } from '../kernel/errno.ts';
import { existsSync } from '../kernel/file-system.ts';
import { attachSelf, openDetached, openDirectory } from './attach.ts';
import { explainJoin } from './join-error.ts';
import type { CgroupDirectory } from './paths.ts';

export interface ExecJoin {
  /** For the actor `stub`. */
  readonly steps: readonly Step[];
  /** For clone3(2), see `Join.unified`. */
  readonly unified?: Call;
  readonly attachUnified: readonly Step[];
}

export interface ExecManner {
  /** Whether the caller may make mounts. */
  readonly privileged?: boolean;
  /** A version 2 directory below the container's own, to join where that cannot be joined: asked for only then. */
  readonly fallback?: (() => string | undefined) | undefined;
  /** Has somebody put the stub there who may, where it may not join a directory of version 2 itself. */
  readonly helper?: ((path: string) => Step) | undefined;
}

/**
 * @param paths directories, one in each hierarchy; one that cannot be joined is an error of the steps, since the process
 *   would run without the container's limits
 * @param unifiedManner as `JoinRequest.unified`
 */
export function execJoinCgroups(
  paths: readonly string[],
  unifiedManner: 'attach' | 'clone',
  manner: ExecManner = {},
): ExecJoin {
  const directories = paths.map(
    (path): Directory => ({ version: existsSync(`${path}/tasks`) ? 1 : 2, path }),
  );
  const born = unifiedManner === 'clone' ? directories.find(({ version }) => version === 2) : undefined;
  const unified = born && (manner.privileged ? openDetached(born) : openDirectory(born));
  const entered = directories.filter((directory) => directory !== born);
  const calls = [...entered.flatMap((directory) => attachSelf(directory)), ...(unified ? [unified] : [])];
  return {
    steps: calls.length === 0 ? [] : [joinStep(directories, calls)],
    attachUnified: born && unified ? [attachThrough(unified, born, '', manner)] : [],
    ...(unified ? { unified } : {}),
  };
}

type Directory = Pick<CgroupDirectory, 'version' | 'path'>;

const name = "the container's cgroup";

/**
 * By the handle for clone3: where that is refused, the stub is in the container's mount namespace by now, and the
 * host's paths are out of its reach.
 *
 * @param sub below the handle's directory, with a slash at its end
 */
function attachThrough(
  handle: Call,
  directory: Directory,
  sub: string,
  { fallback, helper }: ExecManner = {},
): Step {
  const members = openat(handle, `${sub}cgroup.procs`, O_WRONLY);
  const calls = [members, write(members, '0'), close(members)];
  const whose = sub === '' ? name : "the cgroup of the container's first process";
  return step('stub', `join ${whose}`, '', calls, {
    recover: ({ call, errno }) => {
      // It hands controllers down, so no process may be in it (cgroups(7), "no internal processes").
      const other = errno === EBUSY ? fallback?.() : undefined;
      if (other?.startsWith(`${directory.path}/`)) {
        return [attachThrough(handle, directory, `${other.slice(directory.path.length + 1)}/`)];
      }
      if (helper && (errno === EACCES || errno === EPERM)) return [helper(`${directory.path}/${sub}`)];
      return explainJoin(`${directory.path}/${sub}cgroup.procs`, call, errno, { name: whose, pointer: '' });
    },
  });
}

function joinStep(directories: readonly Directory[], calls: readonly Call[]): Step {
  return step('stub', `join ${name}`, '', calls, {
    recover: ({ call, errno }) => {
      const directory = directories.find(({ path }) =>
        calls.some((one) => isOpenOf(one, path) && uses(call, one)),
      );
      return explainJoin(directory?.path ?? '', call, errno, { name, pointer: '' });
    },
  });
}

function isOpenOf({ name, args }: Call, path: string): boolean {
  return (name === 'openat' || name === 'open_tree') && `${args[1]}/`.startsWith(`${path}/`);
}

function uses(call: Call, open: Call): boolean {
  return call === open || call.args.includes(open);
}
