/** `run`: create and start in one go, and, in the foreground, wait for the end and delete. */
import { Pidfd } from '../kernel/pidfd.ts';
import { Construction } from './construction.ts';
import type { CreateOptions } from './create.ts';
import { destroy } from './destroy.ts';
import { writePidFile } from './pid-file.ts';
import { runPoststart, startProgram } from './program.ts';
import type { Runtime } from './runtime.ts';

export interface RunOptions extends CreateOptions {
  readonly detach: boolean;
  readonly keep: boolean;
}

/** @returns the exit status of the container's process, 128+N where signal N ended it; 0 when detached */
export async function run(runtime: Runtime, options: RunOptions): Promise<number> {
  return options.detach ? runDetached(runtime, options) : runInForeground(runtime, options);
}

async function runDetached(runtime: Runtime, options: RunOptions): Promise<number> {
  const construction = new Construction(runtime, options, { waits: false, detached: true });
  await buildAndStart(construction, options);
  return 0;
}

async function runInForeground(runtime: Runtime, options: RunOptions): Promise<number> {
  const construction = new Construction(runtime, options, { waits: false, detached: false });
  const { awaitForeground } = await import('./foreground/foreground.ts');
  const { SignalForwarding } = await import('./foreground/signals.ts');
  using signals = new SignalForwarding({ terminal: construction.request.config.process.terminal ?? false });
  using pidfd = await buildAndStart(construction, options);
  const { record, directory, master } = construction;
  const status = await awaitForeground({ pid: record.pid, pidfd, master, signals });
  if (!options.keep) await destroy(record, directory, runtime.log);
  return status;
}

/** @returns the container's process @throws RuntimeError; then nothing is left of the container */
async function buildAndStart(construction: Construction, { pidFile }: RunOptions): Promise<Pidfd> {
  await construction.build();
  const { execution, record, directory, request } = construction;
  try {
    const pidfd = Pidfd.open(record.pid);
    if (construction.master !== undefined) {
      const { prepareTerminal } = await import('./foreground/terminal.ts');
      prepareTerminal(construction.master);
    }
    startProgram(execution, { record, config: request.config, directory });
    runPoststart(execution, record, request.config);
    if (pidFile) writePidFile(pidFile, record.pid);
    if (!pidfd) throw new TypeError('a child of ours is gone before it was waited for');
    return pidfd;
  } catch (error) {
    await construction.undo();
    throw construction.blame(error);
  } finally {
    directory.unlock();
  }
}
