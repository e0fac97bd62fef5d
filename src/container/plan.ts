/** `plan`: what `create` and `start` would do. */
import { runtimeHookSteps } from '../hooks/runtime-hooks.ts';
import type { Plan } from '../plan/print.ts';
import { letGoStep } from '../plan/wait-plan.ts';
import { Construction, consoleReceiver } from './construction.ts';
import type { CreateOptions } from './create.ts';
import { hookState } from './hook-state.ts';
import type { Runtime } from './runtime.ts';
import { fifo, hasStartHooks, listener, stepsOfStart } from './waiting.ts';

/** Reads, checks and plans as `create` does, and stops there. */
export function plan(runtime: Runtime, options: CreateOptions): Plan {
  const construction = new Construction(runtime, options, {
    waits: true,
    detached: options.consoleSocket !== undefined,
  });
  construction.compileFilter();
  const { record, request, directory, filter } = construction;
  const { before, inside, findings } = construction.plan;
  const { config } = request;
  const [executable = ''] = config.process.args ?? [];
  const known = { ...record, executable, env: findings.env };
  const { before: became, wait, held } = construction.waiting(known);
  const hasHooks = hasStartHooks(config.hooks);
  const start = hasHooks
    ? stepsOfStart(undefined, { record: known, config, directory, filter })
    : [letGoStep(), ...held];
  const poststart = runtimeHookSteps('poststart', config.hooks?.poststart, () =>
    hookState(record, 'running'),
  );
  return {
    create: [...before, ...inside, ...became, wait],
    start: [...start, ...poststart],
    handles: { listener, fifo, console: consoleReceiver },
  };
}
