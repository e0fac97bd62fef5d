/** Loading a compiled filter, seccomp(2). Part of every start: what compiles is elsewhere. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type CallStep, type Live, type Step, step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { prctl } from '../kernel/calls/process.ts';
import { setModeFilter } from '../kernel/calls/seccomp.ts';
import { PR_SET_DUMPABLE } from '../kernel/constants/process.ts';
import {
  SECCOMP_FILTER_FLAG_NEW_LISTENER,
  SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
} from '../kernel/constants/seccomp.ts';
import { describeErrno, EINVAL, ENOSYS, EPERM, errnoName } from '../kernel/errno.ts';
import type { Seccomp } from '../spec/types.ts';
import { filterFlags, unknownFlags } from './flags.ts';

const POINTER = '/linux/seccomp';
const LISTENING =
  SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC_ESRCH | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;

export interface Filter {
  /** Classic BPF. */
  readonly program: Uint8Array;
  /** `SECCOMP_FILTER_FLAG_*` */
  readonly flags: number;
  /** An ordinary user may take a listener out of its process only while that can be traced. */
  readonly traceable?: true;
  /** Takes the listener out of the process and gives it to the agent, while the process waits. */
  readonly handOver?: (live: Pick<Live, 'pid'>, control: number) => void;
}

export function filterOf(profile: Seccomp, program: Uint8Array, rootless: boolean): Filter {
  const filter = { program, flags: filterFlags(profile) };
  return rootless && isListenedTo(filter) ? { ...filter, traceable: true } : filter;
}

export function isListenedTo({ flags }: Pick<Filter, 'flags'>): boolean {
  return (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) !== 0;
}

/** For a hook in the container: nobody is told of its calls, which fail with ENOSYS where the agent would be asked. */
export function withoutListener(filter: Filter | undefined): Filter | undefined {
  return filter && { program: filter.program, flags: filter.flags & ~LISTENING };
}

/** From here on the filter is in force. */
export function loadStep(filter: Filter): CallStep {
  const { program, flags } = filter;
  const load = setModeFilter(flags, program);
  // What the filter forbids, sending for one, cannot be used to hand the listener over.
  const calls = isListenedTo(filter) ? [{ ...load, effect: 'show' as const }] : [load];
  const prepare = filter.traceable ? [prctl(PR_SET_DUMPABLE, 1)] : [];
  return step('init', 'load the seccomp filter', POINTER, [...prepare, ...calls], {
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

/** @param set the capabilities without CAP_SYS_ADMIN; the first thing that happens under the filter */
export function resignStep(set: Call): Step {
  return step('init', 'give up CAP_SYS_ADMIN', POINTER, [set], {
    recover: ({ call, errno }) =>
      new RuntimeError('system', `cannot give up CAP_SYS_ADMIN: ${call.name}: ${describeErrno(errno)}`, {
        hint: 'the profile has to allow capset, or set process.noNewPrivileges to true: then it need not',
      }),
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
