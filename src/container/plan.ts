/** `plan`: what `create` and `start` would do. */
import type { Plan } from '../plan/print.ts';
import { Construction } from './construction.ts';
import type { CreateOptions } from './create.ts';
import type { Runtime } from './runtime.ts';
import { programOf } from './start.ts';

/** Reads, checks and plans as `create` does, and stops there. */
export function plan(runtime: Runtime, options: CreateOptions): Plan {
  const { plan, record, request } = new Construction(runtime, options, { waits: true, detached: true });
  const [executable = ''] = request.config.process.args ?? [];
  const { before, inside, wait, findings } = plan;
  const start = programOf({ ...record, executable, env: findings.env }, request.config);
  return { create: [...before, ...inside, ...wait], start };
}
