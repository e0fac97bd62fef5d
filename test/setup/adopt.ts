/** The end of a process whose parent has gone is seen by nobody who looks for it, once PID 1 has reaped it. */
import { prctl } from '../../src/kernel/calls/process.ts';
import { perform } from '../../src/kernel/local.ts';

const PR_SET_CHILD_SUBREAPER = 36;

/** Makes this process the parent of what its descendants leave behind: what ends stays, as a zombie. */
export function adopt(): Disposable {
  perform(prctl(PR_SET_CHILD_SUBREAPER, 1));
  return { [Symbol.dispose]: () => perform(prctl(PR_SET_CHILD_SUBREAPER, 0)) };
}
