/** A new time namespace and its offsets: time_namespaces(7), config-linux.md (Offset for Time Namespace). */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Actor, type Step, step } from '../init/step.ts';
import type { Failure } from '../kernel/call.ts';
import { close, openat, write } from '../kernel/calls/file.ts';
import { unshare } from '../kernel/calls/namespace.ts';
import { AT_FDCWD, O_WRONLY } from '../kernel/constants/file.ts';
import { CLONE_NEWTIME } from '../kernel/constants/process.ts';
import { EINVAL, errnoName } from '../kernel/errno.ts';
import type { Linux, Namespace, TimeOffsets } from '../spec/types.ts';
import { isNew } from './kinds.ts';

/**
 * Who makes the time namespace. It must belong to the new user namespace, so where there is one, a stub in
 * between does it, once its ids are mapped.
 */
export function timeNamespaceActor(namespaces: readonly Namespace[]): 'stub' | 'userns' {
  return isNew(namespaces, 'user') ? 'userns' : 'stub';
}

/**
 * Unshares the time namespace, which only children get, and sets its clocks, which can be done until there is one.
 *
 * @param namespaces with the user namespace that was added, if any
 */
export function timeNamespaceSteps(
  namespaces: readonly Namespace[],
  { timeOffsets = {} }: Pick<Linux, 'timeOffsets'>,
): readonly Step[] {
  if (!isNew(namespaces, 'time')) return [];
  const actor = timeNamespaceActor(namespaces);
  const made = step(actor, 'create the time namespace', '/linux/namespaces', [unshare(CLONE_NEWTIME)], {
    recover: ({ errno }) => (errno === EINVAL ? noTimeNamespaces(errno) : undefined),
  });
  const text = offsetLines(timeOffsets);
  return text === '' ? [made] : [made, offsetStep(actor, text)];
}

function noTimeNamespaces(errno: number): RuntimeError {
  return new RuntimeError('system', 'cannot create the time namespace: unshare: EINVAL (invalid argument)', {
    pointer: '/linux/namespaces',
    call: 'unshare',
    errno: errnoName(errno),
    hint: 'this kernel is built without time namespaces (CONFIG_TIME_NS, kernel 5.6): remove it from /linux/namespaces',
  });
}

/** One write for all clocks. */
function offsetStep(actor: Actor, text: string): Step {
  const file = openat(AT_FDCWD, '/proc/self/timens_offsets', O_WRONLY);
  return step(actor, 'set the clocks', '/linux/timeOffsets', [file, write(file, text), close(file)], {
    recover: offsetRefused,
  });
}

function offsetRefused({ call, errno }: Failure): RuntimeError | undefined {
  if (call.name !== 'write') return undefined;
  return new RuntimeError('system', `cannot set the clocks: timens_offsets: ${errnoName(errno)}`, {
    pointer: '/linux/timeOffsets',
    call: 'write',
    errno: errnoName(errno),
    hint: 'an offset may not make a clock negative, or later than 146 years',
  });
}

/** The content of /proc/PID/timens_offsets. */
export function offsetLines(offsets: TimeOffsets): string {
  return (['monotonic', 'boottime'] as const)
    .flatMap((clock) => {
      const { secs = 0, nanosecs = 0 } = offsets[clock] ?? {};
      return offsets[clock] ? [`${clock} ${secs} ${nanosecs}\n`] : [];
    })
    .join('');
}
