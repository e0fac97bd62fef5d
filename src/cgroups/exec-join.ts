/** A further process of a running container enters its cgroups. */

import { type Step, step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { EBUSY } from '../kernel/errno.ts';
import { existsSync } from '../kernel/file-system.ts';
import { attachSelf, openDetached, openForClone } from './attach.ts';
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
  /** The version 2 directory to join where the container's own cannot be joined: asked for only then. */
  readonly fallback?: (() => string | undefined) | undefined;
}

/**
 * @param paths the directories that the container was to have. Those that are not there it was refused: one with
 *   a process in it cannot be removed, so as long as the container runs they are there
 * @param unifiedManner as `JoinRequest.unified`
 */
export function execJoinCgroups(
  paths: readonly string[],
  unifiedManner: 'attach' | 'clone',
  { privileged, fallback }: ExecManner = {},
): ExecJoin {
  const directories = paths.flatMap((path): Directory[] => {
    if (existsSync(`${path}/tasks`)) return [{ version: 1, path }];
    return existsSync(`${path}/cgroup.procs`) ? [{ version: 2, path }] : [];
  });
  const born = unifiedManner === 'clone' ? directories.find(({ version }) => version === 2) : undefined;
  const unified = born && (privileged ? openDetached(born) : openForClone(born));
  const entered = directories.filter((directory) => directory !== born);
  const calls = [...entered.flatMap((directory) => attachSelf(directory)), ...(unified ? [unified] : [])];
  return {
    steps: calls.length === 0 ? [] : [joinStep(entered, calls)],
    attachUnified: born ? [joinStep([born], attachSelf(born), fallback)] : [],
    ...(unified ? { unified } : {}),
  };
}

type Directory = Pick<CgroupDirectory, 'version' | 'path'>;

function joinStep(
  directories: readonly Directory[],
  calls: readonly Call[],
  fallback?: ExecManner['fallback'],
): Step {
  const name = "the container's cgroup";
  return step('stub', `join ${name}`, '', calls, {
    recover: ({ call, errno }) => {
      // It hands controllers down, so no process may be in it (cgroups(7), "no internal processes").
      const path = errno === EBUSY ? fallback?.() : undefined;
      if (path !== undefined) return joinFirstProcess(path);
      const directory = directories.find(({ path }) =>
        calls.some((one) => isOpenOf(one, path) && uses(call, one)),
      );
      return explainJoin(directory?.path ?? '', call, errno, { name, pointer: '' });
    },
  });
}

function joinFirstProcess(path: string): readonly Step[] {
  const directory: Directory = { version: 2, path };
  return [
    {
      ...joinStep([directory], attachSelf(directory)),
      name: "join the cgroup of the container's first process",
    },
  ];
}

function isOpenOf(call: Call, path: string): boolean {
  return call.name === 'openat' && String(call.args[1]).startsWith(`${path}/`);
}

function uses(call: Call, open: Call): boolean {
  return call === open || call.args.includes(open);
}
