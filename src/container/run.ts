/** `run`: create and start in one go, and, in the foreground, wait for the end and delete. */

import { Construction } from './construction.ts';
import type { CreateOptions } from './create.ts';
import { destroy } from './destroy.ts';
import { writePidFile } from './pid-file.ts';
import type { Runtime } from './runtime.ts';
import { startProgram } from './start.ts';

export interface RunOptions extends CreateOptions {
  readonly detach: boolean;
  readonly keep: boolean;
}

/** @returns the exit status of the container's process, 128+N where signal N ended it; 0 when detached */
export async function run(runtime: Runtime, options: RunOptions): Promise<number> {
  const construction = new Construction(runtime, options, { waits: false, detached: options.detach });
  construction.build();
  try {
    startProgram(construction.execution, construction.record, construction.request.config);
    if (options.pidFile) writePidFile(options.pidFile, construction.record.pid);
  } catch (error) {
    construction.undo();
    throw error;
  }
  if (options.detach) return 0;
  const { Pidfd } = await import('../kernel/pidfd.ts');
  using p = Pidfd.open(construction.record.pid);
  p?.waitForEnd(1e9);
  if (!options.keep) destroy(construction.record, construction.directory, runtime.log);
  return 0;
}
