/** The steps that bring the stubs to life: the first one, and those it makes of itself. */
import type { RuntimeError } from '../errors/runtime-error.ts';
import { type Call, call, ignoreErrors, type Results } from '../kernel/call.ts';
import { clone, clone3, unshare } from '../kernel/calls/namespace.ts';
import { exitGroup } from '../kernel/calls/process.ts';
import { CLONE_NEWPID, CLONE_PARENT } from '../kernel/constants/process.ts';
import { EBADF, ENOSYS, EPERM } from '../kernel/errno.ts';
import { type Actor, action, type CallStep, type Live, type Step, step } from './step.ts';
import { openControlSocket, spawnStub } from './stub-process.ts';

/** Stands for the stub's end of the control socket of each actor; known once the first stub is started. */
export const controlOf: Readonly<Record<'stub' | 'userns' | 'init', Call>> = {
  stub: call('socketpair'),
  userns: call('socketpair'),
  init: call('socketpair'),
};

/**
 * Starts the first stub, with a control socket for itself and for each actor that will be cloned from it.
 *
 * @param inherited descriptors it keeps, by the calls that opened them
 */
export function spawnStubStep(
  cloned: readonly ('userns' | 'init')[],
  inherited: readonly Call[],
  preservedFds: number,
): Step {
  return action(
    'start the init stub',
    '',
    ['memfd_create("tsrun-init")', 'posix_spawn("/proc/self/fd/N")'],
    (live) => {
      const own = openControlSocket();
      const others = cloned.map((actor) => ({ actor, socket: openControlSocket() }));
      const kept = inherited.map((opened) => live.results.value(opened));
      for (let fd = 3; fd < 3 + preservedFds; fd++) kept.push(fd);
      live.stubPid = spawnStub([own, ...others.map(({ socket }) => socket)], kept);
      live.connect('stub', own.driver);
      live.define(controlOf.stub, own.stub);
      for (const { actor, socket } of others) {
        live.connect(actor, socket.driver);
        live.define(controlOf[actor], socket.stub);
      }
    },
  );
}

export interface CloneOptions {
  readonly from: Actor;
  readonly to: 'userns' | 'init';
  readonly flags: number;
  /** The version 2 cgroup to be born in, and how to get there where clone3 is refused. */
  readonly cgroup: { readonly directory: Call; readonly attach: readonly Step[] } | undefined;
  /** Turns a refusal into an error that says what is missing. */
  readonly explain: (errno: number) => RuntimeError;
}

/** Makes the next process: a sibling of the stub (`CLONE_PARENT`), so a child of ours. */
export function cloneStep(options: CloneOptions): Step {
  const { from, to, flags, cgroup, explain } = options;
  const child = clone3(flags | CLONE_PARENT, controlOf[to], cgroup?.directory);
  return step(from, nameOf(to), POINTER, [child], {
    check: announce(child),
    recover: ({ errno }) => {
      // Sandboxes such as Docker's refuse clone3 altogether: its arguments cannot be filtered.
      if (errno === ENOSYS || errno === EPERM) return [...attachBy(from, cgroup), withoutClone3(options)];
      if (!cgroup) return explain(errno);
      // EBADF: an ordinary user did not get the cgroup. Else the kernel (before 5.7) or the cgroup will not have it.
      const attach = errno === EBADF ? [] : attachBy(from, cgroup);
      return [...attach, cloneStep({ ...options, cgroup: undefined })];
    },
  });
}

/** By who is to clone: the first stub may be gone. What it has opened is open there too. */
function attachBy(actor: Actor, cgroup: CloneOptions['cgroup']): readonly Step[] {
  return (cgroup?.attach ?? []).map((one) => executedBy(actor, one));
}

function executedBy(actor: Actor, one: Step): Step {
  if (one.kind !== 'calls') return one;
  const recover: CallStep['recover'] = (failure) => {
    const instead = one.recover?.(failure);
    return isSteps(instead) ? instead.map((other) => executedBy(actor, other)) : instead;
  };
  return { ...one, actor, recover };
}

function isSteps(value: readonly Step[] | RuntimeError | undefined): value is readonly Step[] {
  return Array.isArray(value);
}

const POINTER = '/linux/namespaces';

function nameOf(to: CloneOptions['to']): string {
  return to === 'init' ? "make the container's first process" : 'make the user namespace';
}

function withoutClone3({ from, to, flags, explain }: CloneOptions): Step {
  const child = clone((flags & CLONE_NEWPID) | CLONE_PARENT, controlOf[to]);
  return step(from, `${nameOf(to)} without clone3`, POINTER, [unshare(flags & ~CLONE_NEWPID), child], {
    check: announce(child),
    recover: ({ errno }) => explain(errno),
  });
}

function announce(forked: Call) {
  return (results: Results, live: Live): undefined => {
    live.pid = results.value(forked);
  };
}

/** Its work is done; until it is gone its copies of the control sockets hide an end of file. */
export function dismissStep(actor: Actor): Step {
  return step(actor, 'dismiss the stub', '', [ignoreErrors(exitGroup(0))], { answers: 'never' });
}
