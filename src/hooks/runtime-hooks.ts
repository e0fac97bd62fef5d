/**
 * Hooks in the runtime's namespaces: prestart and createRuntime before the root is changed, poststart when the
 * user's program runs, poststop when the container is gone (runtime.md, Lifecycle).
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { callerEnvironment } from '../host/caller.ts';
import { callerUmask } from '../host/umask.ts';
import { type ActionStep, action, type Live } from '../init/step.ts';
import { ignoreErrors } from '../kernel/call.ts';
import { chdir, umask } from '../kernel/calls/file.ts';
import type { Log } from '../log/log.ts';
import type { Hook } from '../spec/types.ts';
import { execveLine, type NamedHook, namedHooks } from './named-hook.ts';
import { runHook } from './run-hook.ts';
import { runtimeParent } from './runtime-parent.ts';
import { type HookState, stateLine } from './state.ts';

export type RuntimeHookKind = 'prestart' | 'createRuntime' | 'poststart' | 'poststop';

/**
 * One step per hook, in order; a hook that fails stops the plan.
 *
 * @param stateOf the container's state, asked for when the hook is run; `pid` as the host sees it
 */
export function runtimeHookSteps(
  kind: Exclude<RuntimeHookKind, 'poststop'>,
  hooks: readonly Hook[] | undefined,
  stateOf: (live: Live) => HookState,
): readonly ActionStep[] {
  return namedHooks(kind, hooks).map((hook) =>
    action(`run ${hook.name}`, hook.pointer, [execveLine(hook, 'environ')], (live) =>
      runHere(hook, stateOf(live)),
    ),
  );
}

/** Runs poststop hooks. One that fails is a warning, and the next is run: there is nothing left to be saved. */
export function runPoststop(hooks: readonly Hook[] | undefined, state: HookState, log: Log): void {
  for (const hook of namedHooks('poststop', hooks)) {
    try {
      runHere(hook, state);
    } catch (error) {
      if (!(error instanceof RuntimeError)) throw error;
      const { pointer = hook.pointer, hint } = error.details;
      log.warning(error.message, { pointer, ...(hint === undefined ? {} : { hint }) });
    }
  }
}

function runHere(hook: NamedHook, state: HookState): void {
  const env = hook.hook.env ?? Object.entries(callerEnvironment()).map(([name, value]) => `${name}=${value}`);
  const prepare = [
    // As runc does; at the end of its life a container's bundle may be gone.
    ...[chdir('/'), ignoreErrors(chdir(state.bundle))],
    umask(callerUmask()),
  ];
  runHook(hook, { env, input: stateLine(state), prepare }, runtimeParent);
}
