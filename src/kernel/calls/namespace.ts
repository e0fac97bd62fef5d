/** Calls that make and join namespaces. */
import { utf8Length } from '../bytes.ts';
import { type Call, call, callWithStruct, type FdArg, words } from '../call.ts';
import { CLONE_INTO_CGROUP } from '../constants/process.ts';

/**
 * clone3(2) of a child that goes on with `control`. Executed by the init stub only: no JavaScript runs after a fork.
 *
 * @param flags `CLONE_*`; with `CLONE_PARENT` the child's exit signal is the caller's own (it must be 0 here)
 * @param cgroup the version 2 directory to be born in (CLONE_INTO_CGROUP, kernel 5.7)
 */
export function clone3(flags: number, control: FdArg, cgroup?: FdArg): Call {
  const all = cgroup === undefined ? flags : BigInt(flags) | CLONE_INTO_CGROUP;
  const args = words(all, 0, 0, 0, 0, 0, 0, 0, 0, 0, cgroup ?? 0);
  return { ...callWithStruct('clone3', args, args, 88, 0, 0, 0, control), effect: 'fork' };
}

/** clone(2) for kernels and sandboxes that refuse clone3; `CLONE_NEWTIME` does not fit into its flags. */
export function clone(flags: number, control: FdArg): Call {
  return { ...call('clone', flags, 0, 0, 0, 0, control), effect: 'fork' };
}

export function setns(fd: FdArg, type: number): Call {
  return call('setns', fd, type);
}

export function unshare(flags: number): Call {
  return call('unshare', flags);
}

export function sethostname(name: string): Call {
  return call('sethostname', name, utf8Length(name));
}

export function setdomainname(name: string): Call {
  return call('setdomainname', name, utf8Length(name));
}
