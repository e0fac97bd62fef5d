/**
 * A process that is not root where there is but one id, user_namespaces(7). The container is set up by root, as which
 * the one id is mapped; at the end of that its process enters a user namespace of its own, nested in the container's,
 * in which the same id is the one that is asked for.
 *
 * The kernel takes the map from the process alone (whoever else could write it is not in the right namespace), so the
 * init writes it, through a procfs from before the change of the root.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Identity } from '../host/identity.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, type FdArg, ignoreErrors } from '../kernel/call.ts';
import { close, ioctl, write } from '../kernel/calls/file.ts';
import { setns, unshare } from '../kernel/calls/namespace.ts';
import { prctl } from '../kernel/calls/process.ts';
import { O_WRONLY } from '../kernel/constants/file.ts';
import { CLONE_NEWUSER, PR_SET_DUMPABLE } from '../kernel/constants/process.ts';
import { errnoName } from '../kernel/errno.ts';
import { type HostProc, hostProc, openBelowProc } from '../process/host-proc.ts';
import type { IdMapping, User } from '../spec/types.ts';
import { explainUserNamespaceFailure } from './explain.ts';
import { isMapped } from './id-map.ts';

export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

export interface NestedIds extends Ids {
  /** The same two in the namespace around it. */
  readonly outer: Ids;
}

/** @returns undefined where the ids exist, or where there is more than one that could be meant */
export function nestedIds(
  { uid, gid }: User,
  uids: readonly IdMapping[],
  gids: readonly IdMapping[],
): NestedIds | undefined {
  const outer = { uid: onlyId(uids), gid: onlyId(gids) };
  if (outer.uid === undefined || outer.gid === undefined) return undefined;
  if (isMapped(uids, uid) && isMapped(gids, gid)) return undefined;
  return { uid, gid, outer: { uid: outer.uid, gid: outer.gid } };
}

function onlyId(mappings: readonly IdMapping[]): number | undefined {
  const [first, second] = mappings;
  return first?.size === 1 && second === undefined ? first.containerID : undefined;
}

/** The same for a container without a user namespace of its own, where ours has but one id: within rootless podman. */
export function nestedInOwn(
  user: User,
  identity: Identity,
  ownIds: (file: 'uid_map' | 'gid_map') => readonly { readonly start: number; readonly size: number }[],
): NestedIds | undefined {
  if (user.uid === identity.euid && user.gid === identity.egid) return undefined;
  if (identity.inInitialUserNamespace) return undefined;
  const asMappings = (file: 'uid_map' | 'gid_map') =>
    ownIds(file).map(({ start, size }) => ({ containerID: start, hostID: start, size }));
  return nestedIds(user, asMappings('uid_map'), asMappings('gid_map'));
}

export interface NestedSteps {
  /** In the stub, while the mounts are the machine's. */
  readonly outside: readonly Step[];
  /** In the init, when nothing is left to be set up. */
  readonly inside: readonly Step[];
}

const POINTER = '/process/user';
const NAME = 'make a user namespace for its one id';

export function nestedUserSteps(ids: NestedIds | undefined): NestedSteps {
  if (!ids) return { outside: [], inside: [] };
  const proc = hostProc('stub', POINTER);
  return { outside: [proc.open], inside: [nestStep(ids, proc)] };
}

function nestStep({ uid, gid, outer }: NestedIds, { directory }: HostProc): Step {
  const calls = [
    // An undumpable process does not own its files in /proc.
    prctl(PR_SET_DUMPABLE, 1),
    unshare(CLONE_NEWUSER),
    ...written(directory, 'setgroups', 'deny'),
    ...written(directory, 'uid_map', `${uid} ${outer.uid} 1\n`),
    ...written(directory, 'gid_map', `${gid} ${outer.gid} 1\n`),
    prctl(PR_SET_DUMPABLE, 0),
    close(directory),
  ];
  return step('init', NAME, POINTER, calls, { recover: ({ call, errno }) => refused(call, errno) });
}

function written(proc: FdArg, file: string, text: string): Call[] {
  const opened = openBelowProc(proc, `self/${file}`, O_WRONLY);
  return [opened, write(opened, text), close(opened)];
}

function refused({ name }: Call, errno: number): RuntimeError | undefined {
  if (name !== 'unshare') return undefined;
  const { message, hint } = explainUserNamespaceFailure(errno);
  return new RuntimeError('rootless', message, {
    ...{ pointer: POINTER, call: name, errno: errnoName(errno) },
    ...(hint === undefined ? {} : { hint }),
  });
}

/** ioctl_ns(2): the namespace around it. */
const NS_GET_PARENT = 0xb702;

export interface NestedJoin {
  /** In the stub: joins the container's user namespace, which has no process in it. */
  readonly outside: readonly Step[];
  /** In the init, when nothing is left to be done as root. */
  readonly inside: readonly Step[];
}

/**
 * For `exec`: the namespace of the container's process, and the one around it.
 *
 * @param nested the user namespace of the container's first process
 * @param around whether the one around it is the container's, and not our own
 */
export function joinNestedSteps(nested: Call, around: boolean): NestedJoin {
  const outer = ioctl(nested, NS_GET_PARENT, 0);
  const join = [outer, setns(outer, CLONE_NEWUSER), close(outer)];
  return {
    outside: around ? [step('stub', "join the container's user namespace", POINTER, join)] : [],
    inside: [
      step('init', 'join the user namespace of its process', POINTER, [
        setns(nested, CLONE_NEWUSER),
        ignoreErrors(close(nested)),
      ]),
    ],
  };
}
