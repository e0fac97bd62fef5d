/**
 * The container's init stub as the parent of hooks: its child is in the container's namespaces, and is a stub that
 * we drive over a connection of its own to the socket on which a created container waits for `start`.
 */
import { type Live, step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { clone } from '../kernel/calls/namespace.ts';
import { accept } from '../kernel/calls/socket.ts';
import { SIGCHLD } from '../kernel/constants/process.ts';
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
    run(purpose, calls) {
      live.execute([step('init', purpose, pointer, calls)]);
      return live.results;
    },
    fork() {
      const control = socket.connect();
      const accepted = accept(socket.listener);
      const child = clone(SIGCHLD, accepted);
      // The init's copy must be gone: the end of file on it is how we see that the hook was executed.
      this.run('make a process for the hook', [accepted, child, close(accepted)]);
      return { pid: live.results.value(child), control };
    },
  };
}
