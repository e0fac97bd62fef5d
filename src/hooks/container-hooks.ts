/**
 * Hooks in the container's namespaces (runtime.md, Lifecycle): createContainer before the root is changed, so its
 * path is looked up as the runtime sees files; startContainer after that, as the container's user with the
 * container's rights, its path looked up in the container, whose image it may come from.
 *
 * No JavaScript may run there: the container's init, still a stub, clones a child that goes on as a stub with a
 * connection of its own to the listening socket of the init, and becomes the hook; see run-hook.ts. The init
 * opens the hook's streams, polls, reads, kills and reaps, one short program after another, so the time limit
 * is kept in a new pid namespace too, where nobody else knows the hook by a pid.
 */
import { callerUmask } from '../host/umask.ts';
import { type ActionStep, action, type Live } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { call } from '../kernel/call.ts';
import { chdir, fchdir, umask } from '../kernel/calls/file.ts';
import type { Hook, Hooks } from '../spec/types.ts';
import { type HookSocket, initParent } from './init-parent.ts';
import { execveLine, type NamedHook, namedHooks } from './named-hook.ts';
import { runHook } from './run-hook.ts';
import { type HookState, stateLine } from './state.ts';

export interface ContainerHookOptions {
  readonly socket: HookSocket;
  /** For hooks that set none: that of the container's process, as runc does. */
  readonly env: readonly string[];
}

/** True where the init must listen, because hooks will be run in the container. */
export function runInContainer(hooks: Hooks | undefined): boolean {
  return Boolean(hooks?.createContainer?.length || hooks?.startContainer?.length);
}

/**
 * One step per hook, in order.
 *
 * @param stateOf the container's state; `pid` is replaced by what the hook sees in its namespace
 * @param root the container's root, as yet a directory like any other: the working directory
 */
export function createContainerSteps(
  hooks: readonly Hook[] | undefined,
  stateOf: (live: Live) => HookState,
  options: ContainerHookOptions & { readonly root: string | Call },
): readonly ActionStep[] {
  const { root } = options;
  const enter = (live: Live) => (typeof root === 'string' ? chdir(root) : fchdir(live.results.value(root)));
  // The umask of the init is 0, ours is the caller's.
  const prepare = (live: Live) => [enter(live), umask(callerUmask())];
  return namedHooks('createContainer', hooks).map((hook) => {
    const place = "in the container's mount namespace, before the root is changed";
    return hookStep(hook, (live) => ({ live, state: stateOf(live), options, prepare: prepare(live), place }));
  });
}

/**
 * One step per hook, in order.
 *
 * @param stateOf the container's state; `pid` is replaced by what the hook sees in its namespace
 * @param options.prepare gives the hook's process the container's umask, limits, ids and capabilities, like the
 *   container's own
 */
export function startContainerSteps(
  hooks: readonly Hook[] | undefined,
  stateOf: (live: Live) => HookState,
  options: ContainerHookOptions & {
    readonly prepare: readonly Call[];
    readonly user: { readonly uid: number; readonly gid: number };
  },
): readonly ActionStep[] {
  const { prepare, user } = options;
  return namedHooks('startContainer', hooks).map((hook) => {
    const place = 'inside the container';
    return hookStep(hook, (live) => ({ live, state: stateOf(live), options, prepare, place, owner: user }));
  });
}

interface Circumstances {
  readonly live: Live;
  readonly state: HookState;
  readonly options: ContainerHookOptions;
  readonly prepare: readonly Call[];
  readonly place: string;
  readonly owner?: { readonly uid: number; readonly gid: number };
}

function hookStep(hook: NamedHook, circumstances: (live: Live) => Circumstances): ActionStep {
  return action(`run ${hook.name}`, hook.pointer, [execveLine(hook, 'process.env')], (live) => {
    const { state, options, prepare, place, owner } = circumstances(live);
    const parent = initParent(live, hook.pointer, options.socket, place);
    const self = call('getpid');
    const pid = parent.run('look up its own pid', [self]).value(self);
    const process = { env: hook.hook.env ?? options.env, input: stateLine({ ...state, pid }), prepare };
    runHook(hook, { ...process, ...(owner ? { owner } : {}) }, parent);
  });
}
