/** `run`: create and start in one go, and, in the foreground, wait for the end and delete. */

import { SIGKILL } from '../kernel/constants/process.ts';
import { Pidfd } from '../kernel/pidfd.ts';
import { catchSignals } from '../kernel/signal-source.ts';
import { Construction } from './construction.ts';
import type { CreateOptions } from './create.ts';
import { destroyOrWarn } from './destroy.ts';
import { exitStatus } from './foreground/exit.ts';
import { awaitForeground } from './foreground/foreground.ts';
import { caughtSignals } from './foreground/signals.ts';
import { prepareTerminal } from './foreground/terminal.ts';
import { limitThatKilled } from './memory-limit-too-low.ts';
import { listenForReadiness } from './notify.ts';
import type { NotifySocket } from './notify-socket.ts';
import { PidFile } from './pid-file.ts';
import { runPoststart, startProgram } from './program.ts';
import { reporting } from './reporting.ts';
import type { Runtime } from './runtime.ts';
import { sendPidfd } from './send-pidfd.ts';
import type { Report } from './status-events.ts';

export interface RunOptions extends CreateOptions {
  readonly detach: boolean;
  readonly keep: boolean;
}

/** @returns the exit status of the container's process, 128+N where signal N ended it; 0 when detached */
export async function run(runtime: Runtime, options: RunOptions): Promise<number> {
  return reporting(options, (report) =>
    options.detach ? runDetached(runtime, options, report) : runInForeground(runtime, options, report),
  );
}

async function runDetached(
  runtime: Runtime,
  options: RunOptions,
  report: Report | undefined,
): Promise<number> {
  const construction = new Construction(runtime, options, { waits: false, detached: true });
  const { pidfd, notify } = await buildAndStart(construction, options, report);
  using _ = pidfd;
  notify?.handOver(construction.record.pid, pidfd);
  return 0;
}

async function runInForeground(
  runtime: Runtime,
  options: RunOptions,
  report: Report | undefined,
): Promise<number> {
  const construction = new Construction(runtime, options, { waits: false, detached: false });
  const terminal = construction.request.config.process.terminal ?? false;
  using signals = catchSignals(caughtSignals({ terminal }));
  const { pidfd, notify } = await buildAndStart(construction, options, report);
  using _ = pidfd;
  const { record, directory, master } = construction;
  const { pid } = record;
  const { exit, deliver } = await construction.orUndo(() =>
    awaitForeground({ pid, pidfd, master, signals, beside: notify?.announcement() }),
  );
  if ('signal' in exit && exit.signal === SIGKILL) explainKill(construction, runtime);
  report?.({ event: 'exited', pid, exit });
  if (!options.keep && destroyOrWarn(record, directory, runtime.log)) report?.({ event: 'deleted' });
  await deliver();
  return exitStatus(exit);
}

/** An exit status of 137 says nothing of the memory limit that is behind it. */
function explainKill({ record, request }: Construction, { log }: Runtime): void {
  const limit = limitThatKilled(record.cgroups, request.config);
  if (limit !== undefined) log.warning(limit, { pointer: '/linux/resources/memory' });
}

interface Started {
  /** Of the container's process. */
  readonly pidfd: Pidfd;
  /** Where the service manager is to be told of it. */
  readonly notify: NotifySocket | undefined;
}

/** @throws RuntimeError; then nothing is left of the container */
async function buildAndStart(
  construction: Construction,
  options: RunOptions,
  report: Report | undefined,
): Promise<Started> {
  report?.({ event: 'creating' });
  construction.build();
  try {
    return await construction.orUndo(() => start(construction, options, report));
  } finally {
    construction.directory.unlock();
  }
}

function start(
  construction: Construction,
  { pidFile, pidfdSocket }: RunOptions,
  report: Report | undefined,
): Started {
  const { execution, record, directory, request, filter, master } = construction;
  const { pid } = record;
  const pidfd = Pidfd.open(pid);
  if (!pidfd) throw new TypeError('a child of ours is gone before it was waited for');
  if (master !== undefined) prepareTerminal(master);
  if (pidfdSocket) sendPidfd(pidfdSocket, 'standard', pid);
  report?.({ event: 'created', pid });
  const notify = listenForReadiness(directory, request.log);
  using file = pidFile ? PidFile.prepare(pidFile, pid) : undefined;
  startProgram(execution, { record, config: request.config, directory, filter });
  runPoststart(execution, record, request.config);
  file?.publish();
  report?.({ event: 'running', pid });
  return { pidfd, notify };
}
