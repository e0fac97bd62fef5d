/**
 * Who uses a kept writable layer. The kernel allows two overlays on one upper directory, which damages it
 * (overlayfs.rst, "index"): so a container leaves its first process's id and start time there.
 */

import { RuntimeError } from '../../errors/runtime-error.ts';
import { type ActionStep, action } from '../../init/step.ts';
import { openat2 } from '../../kernel/calls/file.ts';
import { O_CREAT, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } from '../../kernel/constants/file.ts';
import { readFileSync, writeSync } from '../../kernel/file-system.ts';
import { attempt, perform } from '../../kernel/local.ts';
import { join } from '../../kernel/path.ts';
import { type OverlayDirectories, reopen } from './opened-directories.ts';
import { INSIDE, withDirectory } from './own-directory.ts';

const FILE = 'used-by';

/**
 * @param fd of the layer's directory `base`
 * @throws RuntimeError `overlay` while another container uses it
 */
export function refuseOccupied(fd: number, base: string): void {
  const [pid = '', startTime = ''] = noteIn(fd)?.trim().split(' ') ?? [];
  if (!/^\d+$/.test(pid) || startTimeOf(pid) !== startTime) return;
  throw new RuntimeError('overlay', `"${base}" is in use by another container, of process ${pid}`, {
    hint: 'a writable layer serves one container at a time: delete that one, or name another directory',
  });
}

function noteIn(fd: number): string | undefined {
  const opened = attempt(openat2(fd, FILE, O_RDONLY | O_NONBLOCK, INSIDE));
  if (opened < 0) return undefined;
  return withDirectory(opened, () => read(`/proc/self/fd/${opened}`));
}

export function occupyStep(directories: OverlayDirectories, pointer: string): ActionStep {
  const { base } = directories;
  const does = [`write("${join(base, FILE)}", "PID START-TIME")`];
  return action(`note who uses "${base}"`, pointer, does, ({ pid }) => {
    withDirectory(reopen(directories, pointer), (fd) => {
      const flags = O_WRONLY | O_CREAT | O_TRUNC;
      const note = perform(openat2(fd, FILE, flags, INSIDE, 0o600));
      withDirectory(note, () => writeSync(note, `${pid} ${startTimeOf(String(pid))}\n`));
    });
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
