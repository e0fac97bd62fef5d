/** Who the parent of a hook's process is: this process, or the container's init stub. */
import type { Call, Results } from '../kernel/call.ts';

export interface HookParent {
  /** Where hooks' paths are looked up, for error texts. */
  readonly place: string;
  /** Executes calls in the parent. @throws RuntimeError `system` */
  run(purpose: string, calls: readonly Call[]): Results;
  /** Makes a stub that is to become the hook. It holds `descriptors` of the parent, whatever else it holds. */
  fork(descriptors: readonly number[]): ForkedStub;
}

export interface ForkedStub {
  /** As the parent sees it. */
  readonly pid: number;
  /** Our end of the stub's control socket. */
  readonly control: number;
}
