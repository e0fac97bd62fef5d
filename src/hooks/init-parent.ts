/**
 * The container's init stub as the parent of hooks: its child is in the container's namespaces, and is a stub that
 * we drive over a connection of its own to the socket on which a created container waits for `start`.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { resultsOf } from '../init/call-runner.ts';
import { type Live, step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { clone } from '../kernel/calls/namespace.ts';
import { accept } from '../kernel/calls/socket.ts';
import { SIGCHLD } from '../kernel/constants/process.ts';
import { describeErrno, errnoName } from '../kernel/errno.ts';
import { isTolerated } from '../kernel/local.ts';
import type { HookParent } from './parent.ts';

/** How we reach a hook's process in the container. */
export interface HookSocket {
  /** The init's listening socket. */
  readonly listener: Call;
  /** Connects to it. @returns our end */
  readonly connect: () => number;
}

export function initParent(live: Live, pointer: string, socket: HookSocket, place: string): HookParent {
  return {
    place,
    // A hook decides how much it writes: nothing is kept of what was read.
    run(purpose, calls) {
      const results = resultsOf(live.runner('init'), calls);
      const failed = calls.find((one) => results.value(one) < 0 && !isTolerated(one, -results.value(one)));
      if (failed) throw refused(purpose, pointer, failed, -results.value(failed));
      return results;
    },
    fork() {
      const control = socket.connect();
      const accepted = accept(socket.listener);
      const child = clone(SIGCHLD, accepted);
      // The init's copy must be gone: the end of file on it is how we see that the hook was executed.
      live.execute([
        step('init', 'make a process for the hook', pointer, [accepted, child, close(accepted)]),
      ]);
      return { pid: live.results.value(child), control };
    },
  };
}

function refused(purpose: string, pointer: string, { name }: Call, errno: number): RuntimeError {
  return new RuntimeError('system', `cannot ${purpose}: ${name}: ${describeErrno(errno)}`, {
    pointer,
    call: name,
    errno: errnoName(errno),
  });
}
