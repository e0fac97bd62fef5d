/** seccomp(2). */
import { type Call, call, words } from '../call.ts';
import { SECCOMP_SET_MODE_FILTER } from '../constants/seccomp.ts';

/** sizeof(struct sock_filter) */
const INSTRUCTION = 8;

/**
 * From now on the calling thread's system calls are filtered.
 *
 * @param flags `SECCOMP_FILTER_FLAG_*`; with `NEW_LISTENER` the result is a descriptor
 * @param program classic BPF
 */
export function setModeFilter(flags: number, program: Uint8Array): Call {
  return call('seccomp', SECCOMP_SET_MODE_FILTER, flags, words(program.length / INSTRUCTION, program));
}

/** Fails with EFAULT where the kernel knows all the flags, and with EINVAL where it does not. */
export function probeFilterFlags(flags: number): Call {
  return call('seccomp', SECCOMP_SET_MODE_FILTER, flags, 0);
}
