/**
 * Who the container's process is: groups, ids, capabilities, `no_new_privs`. capabilities(7), "Effect of user ID
 * changes on capabilities".
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, tolerate } from '../kernel/call.ts';
import { capset, prctl, setgroups, setresgid, setresuid } from '../kernel/calls/process.ts';
import { capabilityNames } from '../kernel/constants/capability.ts';
import {
  PR_CAP_AMBIENT,
  PR_CAP_AMBIENT_CLEAR_ALL,
  PR_CAP_AMBIENT_RAISE,
  PR_CAPBSET_DROP,
  PR_SET_KEEPCAPS,
  PR_SET_NO_NEW_PRIVS,
} from '../kernel/constants/process.ts';
import { EINVAL, EPERM, errnoName } from '../kernel/errno.ts';
import type { User } from '../spec/types.ts';
import { type CapabilityMasks, capabilityNumbers } from './capabilities.ts';

export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly capabilities: CapabilityMasks;
  readonly noNewPrivileges: boolean;
}

const GROUPS = '/process/user/additionalGids';

/**
 * setgroups(2) is denied where the id map is a single id of one's own; that matters only for groups that the process
 * is not in anyway. buildah asks for the one that it is in.
 */
export function groupsStep({ gid, additionalGids = [] }: Pick<User, 'gid' | 'additionalGids'>): Step {
  const call = setgroups(additionalGids);
  const calls = [additionalGids.every((group) => group === gid) ? tolerate(call, EPERM) : call];
  return step('init', 'set the supplementary groups', GROUPS, calls, {
    recover: ({ errno }) => groupsRefused(errno),
  });
}

function groupsRefused(errno: number): RuntimeError | undefined {
  if (errno === EINVAL) {
    const message = 'cannot set the supplementary groups: one of them does not exist in the user namespace';
    return refused(message, GROUPS, 'setgroups', errno, 'map it, or remove it');
  }
  if (errno !== EPERM) return undefined;
  const message = 'cannot set any additional groups: setgroups is denied in the user namespace';
  return refused(
    message,
    GROUPS,
    'setgroups',
    errno,
    'remove them, or have its map of groups written by newgidmap',
  );
}

/** The bounding set goes first: dropping from it needs CAP_SETPCAP. */
export function boundingCalls(bounding: bigint): Call[] {
  const kept = new Set(capabilityNumbers(bounding));
  return capabilityNames.flatMap((_, number) =>
    kept.has(number) ? [] : [tolerate(prctl(PR_CAPBSET_DROP, number), EINVAL, EPERM)],
  );
}

/** Ids, with the permitted set kept over the change. */
export function idStep({ uid, gid }: Credentials): Step {
  const calls = [prctl(PR_SET_KEEPCAPS, 1), setresgid(gid), setresuid(uid), prctl(PR_SET_KEEPCAPS, 0)];
  return step('init', 'become the user', '/process/user', calls, {
    recover: ({ call, errno }) => {
      if (errno !== EINVAL) return undefined;
      const [id, field] = call.name === 'setresuid' ? [uid, 'uid'] : [gid, 'gid'];
      const message = `cannot become ${field} ${id}: it does not exist in the user namespace`;
      const hint = `run with a mapped ${field}: /proc/self/${field}_map in there has them`;
      return refused(message, `/process/user/${field}`, call.name, errno, hint);
    },
  });
}

function refused(message: string, pointer: string, call: string, errno: number, hint: string): RuntimeError {
  return new RuntimeError('system', message, { pointer, call, errno: errnoName(errno), hint });
}

const SYS_ADMIN = 1n << BigInt(capabilityNames.indexOf('CAP_SYS_ADMIN'));

/** The same process while it still has CAP_SYS_ADMIN; undefined where it keeps that. */
export function asAdministrator(credentials: Credentials): Credentials | undefined {
  const { effective, permitted } = credentials.capabilities;
  if (effective & SYS_ADMIN) return undefined;
  const more = { effective: effective | SYS_ADMIN, permitted: permitted | SYS_ADMIN };
  return { ...credentials, capabilities: { ...credentials.capabilities, ...more } };
}

/** The last thing before `execve`: after it the process can do what its configuration says and nothing more. */
export function capabilityCalls({ capabilities, noNewPrivileges }: Credentials): Call[] {
  const ambient = capabilityNumbers(capabilities.ambient);
  return [
    capset(capabilities),
    tolerate(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL), EINVAL),
    ...ambient.map((number) => tolerate(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number), EPERM)),
    ...(noNewPrivileges ? [prctl(PR_SET_NO_NEW_PRIVS, 1)] : []),
  ];
}
