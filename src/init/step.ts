/**
 * A step: one line of the plan. What `create`, `start` and `exec` execute and what `plan` prints is a list of
 * these; the folders above (rootfs, namespaces, process …) make them, src/plan puts them in order.
 */
import type { RuntimeError } from '../errors/runtime-error.ts';
import type { Call, Failure, Results } from '../kernel/call.ts';
import type { CallRunner } from './call-runner.ts';

/**
 * Who executes a step's calls. `runtime`: this process. `stub`: the first stub, in our namespaces. `userns`: a
 * stub between the two, already in the new user namespace (only where a time namespace needs it). `init`: the
 * container's first process.
 */
export type Actor = 'runtime' | 'stub' | 'userns' | 'init';

interface Named {
  /** A verb phrase that fits behind "cannot": `mount "proc" at "/proc"`. */
  readonly name: string;
  /** JSON pointer of the field that asks for it; empty where none does. */
  readonly pointer: string;
}

/** What happens in the executor's hands: the values that the plan cannot know. */
export interface Live {
  /** The container's first process, once it is there; 0 before. */
  pid: number;
  /** The first stub, a child of ours; 0 before. */
  stubPid: number;
  readonly results: Results;
  /** Makes a value that is no call's result known to the calls that refer to it. */
  define(placeholder: Call, value: number): void;
  /** From now on the actor's steps go to this control socket. */
  connect(actor: Actor, control: number): void;
  /** For calls whose number an image or a container decides: nothing is kept of their results. */
  runner(actor: Actor): CallRunner;
  /** Executes further steps at once. */
  execute(steps: readonly Step[]): void;
}

export interface CallStep extends Named {
  readonly kind: 'calls';
  readonly actor: Actor;
  readonly calls: readonly Call[];
  /** What to do instead when a call fails: other steps, or a better error; undefined for the ordinary one. */
  readonly recover?: ((failure: Failure) => readonly Step[] | RuntimeError | undefined) | undefined;
  /** Looks at the results, some time after; what follows may have been executed by then. */
  readonly observe?: ((results: Results) => void) | undefined;
  /** Looks at the results before anything else is executed; may ask for further steps, done next. */
  readonly check?: ((results: Results, live: Live) => readonly Step[] | undefined) | undefined;
  /**
   * Whether the stub answers: `on-failure` if the last call does not return when it succeeds (execve), `never` if no
   * answer is awaited, `when-waiting` if it announces that it waits for `start` and does the rest later,
   * `when-disconnected` if it also closes its control socket then. The ordinary case is always.
   */
  readonly answers?: 'on-failure' | 'never' | 'when-waiting' | 'when-disconnected' | undefined;
  /** Done once the program is sent, before the answer is awaited: it comes to the control socket. */
  readonly meanwhile?: ((live: Live, control: number) => void) | undefined;
}

/** Something this process does that is not a list of calls: write an id map, run a helper or a hook. */
export interface ActionStep extends Named {
  readonly kind: 'action';
  /** For the printed plan, in the manner of strace(1). */
  readonly does: readonly string[];
  readonly run: (live: Live) => void;
}

export type Step = CallStep | ActionStep;

type Extra = Pick<CallStep, 'recover' | 'observe' | 'check' | 'answers' | 'meanwhile'>;

export function step(
  actor: Actor,
  name: string,
  pointer: string,
  calls: readonly Call[],
  extra?: Extra,
): CallStep {
  return { kind: 'calls', actor, name, pointer, calls, ...extra };
}

export function action(
  name: string,
  pointer: string,
  does: readonly string[],
  run: ActionStep['run'],
): ActionStep {
  return { kind: 'action', name, pointer, does, run };
}
