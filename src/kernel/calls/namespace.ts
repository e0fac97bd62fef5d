/** Calls that make and join namespaces. */
import { type Call, call, type FdArg, words } from '../call.ts';

/**
 * clone3(2) of a child that goes on with `control`. Executed by the init stub only: no engine survives a fork.
 *
 * @param flags `CLONE_*`; with `CLONE_PARENT` the child's exit signal is the caller's own (it must be 0 here)
 */
export function clone3(flags: number, control: number, exitSignal = 0): Call {
  const args = words(flags, 0, 0, 0, exitSignal, 0, 0, 0, 0, 0, 0);
  return { ...call('clone3', args, 88, 0, 0, 0, control), effect: 'fork' };
}

/** clone(2) for kernels and sandboxes that refuse clone3; `CLONE_NEWTIME` does not fit into its flags. */
export function clone(flags: number, control: number): Call {
  return { ...call('clone', flags, 0, 0, 0, 0, control), effect: 'fork' };
}

export function setns(fd: FdArg, type: number): Call {
  return call('setns', fd, type);
}

export function unshare(flags: number): Call {
  return call('unshare', flags);
}

export function sethostname(name: string): Call {
  return call('sethostname', name, Buffer.byteLength(name));
}

export function setdomainname(name: string): Call {
  return call('setdomainname', name, Buffer.byteLength(name));
}
