/** Loading a compiled filter, seccomp(2). Part of every start: what compiles is elsewhere. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { setModeFilter } from '../kernel/calls/seccomp.ts';
import { describeErrno, EINVAL, ENOSYS, EPERM, errnoName } from '../kernel/errno.ts';
import type { Seccomp } from '../spec/types.ts';
import { filterFlags, unknownFlags } from './flags.ts';

const POINTER = '/linux/seccomp';

export interface Filter {
  /** Classic BPF. */
  readonly program: Uint8Array;
  /** `SECCOMP_FILTER_FLAG_*` */
  readonly flags: number;
}

export function filterOf(profile: Seccomp, program: Uint8Array): Filter {
  return { program, flags: filterFlags(profile) };
}

/** From here on the filter is in force. */
export function loadStep({ program, flags }: Filter): Step {
  return step('init', 'load the seccomp filter', POINTER, [setModeFilter(flags, program)], {
    recover: ({ errno }) => refused(errno, flags),
  });
}

/** @param calls set the capabilities, with CAP_SYS_ADMIN */
export function administratorStep(calls: readonly Call[]): Step {
  return step('init', 'set the capabilities, CAP_SYS_ADMIN too for the seccomp filter', POINTER, calls, {
    recover: ({ call, errno }) =>
      errno === EPERM && call.name === 'capset' ? missingCapability() : undefined,
  });
}

function missingCapability(): RuntimeError {
  return new RuntimeError('system', 'cannot load the seccomp filter: CAP_SYS_ADMIN is not to be had', {
    pointer: POINTER,
    hint: 'set process.noNewPrivileges to true: then no capability is needed',
  });
}

function refused(errno: number, flags: number): RuntimeError | undefined {
  const unknown = errno === EINVAL ? unknownFlags(flags) : [];
  const reason =
    errno === ENOSYS || (errno === EINVAL && unknown === 'all')
      ? 'this kernel has no seccomp filters (CONFIG_SECCOMP_FILTER)'
      : unknown.length > 0 && unknown !== 'all'
        ? `this kernel does not know ${unknown.join(', ')}`
        : undefined;
  if (reason === undefined) return undefined;
  return new RuntimeError('system', `cannot load the seccomp filter: ${reason}`, {
    pointer: unknown.length > 0 && unknown !== 'all' ? `${POINTER}/flags` : POINTER,
    errno: errnoName(errno),
    hint: `seccomp: ${describeErrno(errno)}; remove it from the configuration, or use another kernel`,
  });
}
