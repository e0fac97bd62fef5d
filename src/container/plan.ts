/** `plan`: what `create` and `start` would do. */
import { runtimeHookSteps } from '../hooks/runtime-hooks.ts';
import type { Plan } from '../plan/print.ts';
import { Construction, consoleReceiver, listener } from './construction.ts';
import type { CreateOptions } from './create.ts';
import { hookState } from './hook-state.ts';
import { startSteps } from './program.ts';
import type { Runtime } from './runtime.ts';

/** Reads, checks and plans as `create` does, and stops there. */
export async function plan(runtime: Runtime, options: CreateOptions): Promise<Plan> {
  const construction = await Construction.of(runtime, options, {
    waits: true,
    detached: options.consoleSocket !== undefined,
  });
  await construction.compileFilter();
  const { record, request, directory, filter } = construction;
  const { before, inside, wait, findings } = construction.plan;
  const { config } = request;
  const [executable = ''] = config.process.args ?? [];
  const known = { ...record, executable, env: findings.env };
  const start = await startSteps(undefined, { record: known, config, directory, filter });
  const poststart = runtimeHookSteps('poststart', config.hooks?.poststart, () =>
    hookState(record, 'running'),
  );
  return {
    create: [...before, ...inside, ...wait],
    start: [...start, ...poststart],
    handles: { listener, console: consoleReceiver },
  };
}
