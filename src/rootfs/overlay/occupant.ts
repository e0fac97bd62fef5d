/**
 * Who uses a kept writable layer. The kernel allows two overlays on one upper directory, which damages it
 * (overlayfs.rst, "index"): so a container leaves its first process's id and start time there.
 */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { type ActionStep, action } from '../../init/step.ts';
import { readFileSync, writeFileSync } from '../../kernel/file-system.ts';
import { join } from '../../kernel/path.ts';

const FILE = 'used-by';

/** @throws RuntimeError `overlay` while another container uses it */
export function refuseOccupied(base: string, pointer: string): void {
  const [pid = '', startTime = ''] = read(join(base, FILE))?.trim().split(' ') ?? [];
  if (!/^\d+$/.test(pid) || startTimeOf(pid) !== startTime) return;
  throw new RuntimeError('overlay', `"${base}" is in use by another container, of process ${pid}`, {
    pointer,
    hint: 'a writable layer serves one container at a time: delete that one, or name another directory',
  });
}

export function occupyStep(base: string, pointer: string): ActionStep {
  const path = join(base, FILE);
  return action(`note who uses "${base}"`, pointer, [`write("${path}", "PID START-TIME")`], ({ pid }) => {
    writeFileSync(path, `${pid} ${startTimeOf(String(pid))}\n`);
  });
}

/** Field 22 of proc_pid_stat(5), behind a name that may hold anything; undefined for a process that has ended. */
function startTimeOf(pid: string): string | undefined {
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  const [state] = fields ?? [];
  return state === 'Z' || state === 'X' ? undefined : fields?.[19];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
