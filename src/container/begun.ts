/**
 * A memory limit may kill a process between the moment at which execve has let go of everything of ours and its first
 * instruction: to whoever started it, it has to be the limit, and not an unexplained 137.
 */
import { memoryLimit, memoryTrouble, memoryUsage } from '../cgroups/out-of-memory.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { monotonicMilliseconds } from '../kernel/clock.ts';
import { readFileSync } from '../kernel/file-system.ts';
import { processStatus } from '../kernel/process-status.ts';
import { sleep } from '../kernel/sleep.ts';
import { syscallNumber } from '../kernel/syscall-numbers.ts';
import type { Resources } from '../spec/types.ts';

/** Bytes. Beginning takes no more than arguments, environment and page tables do, 6 MiB at most. */
const HARMLESS = 16 << 20;
/** Bytes. What a program's first pages and tables take is less; then nothing has to be waited for. */
const ENOUGH_LEFT = 1 << 20;
/** Milliseconds. Who is neither dead nor in a system call then, is not to be waited for. */
const PATIENCE = 3000;

export function hasMemoryLimit(resources: Resources | undefined): boolean {
  return limitOf(resources) > 0;
}

/** Whether the memory limit is so low. */
export function mayFailToBegin(resources: Resources | undefined): boolean {
  const limit = limitOf(resources);
  return limit > 0 && limit < HARMLESS;
}

function limitOf(resources: Resources | undefined): number {
  return Number(memoryLimit(resources)?.limit ?? 0);
}

/**
 * @param pid of a process that execve has been called for
 * @param killsBefore how many processes of the container's were killed until then
 * @throws RuntimeError `system` where it was killed for want of memory
 */
export function mustHaveBegun(
  pid: number,
  cgroups: readonly string[],
  resources: Resources | undefined,
  killsBefore = 0,
): void {
  const end = monotonicMilliseconds() + PATIENCE;
  const first = processStatus(pid);
  for (let status = first; status && !status.isZombie; status = processStatus(pid)) {
    if (limitOf(resources) - memoryUsage(cgroups) > ENOUGH_LEFT) return;
    if (inOtherCall(pid) || status.userTime !== first?.userTime || monotonicMilliseconds() > end) return;
    sleep(1);
  }
  if (memoryTrouble(cgroups).kills > killsBefore)
    throw new RuntimeError('system', 'the process was OOM-killed');
}

/** proc_pid_syscall(5): the number of the call that it waits in, which its own program has made. */
function inOtherCall(pid: number): boolean {
  const number = Number(readOrNothing(`/proc/${pid}/syscall`).split(' ')[0]);
  return number >= 0 && number !== syscallNumber('execve');
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'latin1') || '-1';
  } catch {
    return '-1';
  }
}
