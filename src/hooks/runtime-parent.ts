/** This process as the parent of hooks. */

import { ResultTable } from '../init/program.ts';
import { openControlSocket, spawnStub } from '../init/stub-process.ts';
import type { Out } from '../kernel/call.ts';
import { attempt, isTolerated, systemError } from '../kernel/local.ts';
import type { HookParent } from './parent.ts';

export const runtimeParent: HookParent = {
  place: "in the runtime's own mount namespace",
  run(_purpose, calls) {
    const results = new ResultTable();
    for (const call of calls) {
      const outs = new Map<Out, Uint8Array>();
      const result = attempt(call, results, outs);
      if (result < 0 && !isTolerated(call, -result)) throw systemError(call, -result);
      results.note(call, result, call.out && outs.get(call.out));
    }
    return results;
  },
  fork(descriptors) {
    const socket = openControlSocket();
    return { pid: spawnStub([socket], descriptors), control: socket.driver };
  },
};
