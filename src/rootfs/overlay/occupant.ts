/**
 * Who uses a kept writable layer. The kernel allows two overlays on one upper directory, which damages it
 * (overlayfs.rst, "index"): so a container leaves the identity of its first process there.
 */

import { RuntimeError } from '../../errors/runtime-error.ts';
import {
  identify,
  isOfOtherBoot,
  isOfOtherNamespace,
  openIdentified,
  type ProcessIdentity,
} from '../../host/process-identity.ts';
import { type ActionStep, action } from '../../init/step.ts';
import { openat2 } from '../../kernel/calls/file.ts';
import { O_CREAT, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } from '../../kernel/constants/file.ts';
import { readIfThere, writeSync } from '../../kernel/file-system.ts';
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
  const occupant = parse(noteIn(fd) ?? '');
  if (!occupant || isOfOtherBoot(occupant)) return;
  const { pid, pidNamespace } = occupant;
  if (isOfOtherNamespace(occupant)) {
    throw new RuntimeError('overlay', `"${base}" may be in use by a container of another pid namespace`, {
      hint: `if its process ${pid} in pid:[${pidNamespace}] has ended: rm '${join(base, FILE)}'`,
    });
  }
  using process = openIdentified(occupant);
  if (!process) return;
  throw new RuntimeError('overlay', `"${base}" is in use by another container, of process ${pid}`, {
    hint: 'a writable layer serves one container at a time: delete that one, or name another directory',
  });
}

function noteIn(fd: number): string | undefined {
  const opened = attempt(openat2(fd, FILE, O_RDONLY | O_NONBLOCK, INSIDE));
  if (opened < 0) return undefined;
  return withDirectory(opened, () => readIfThere(`/proc/self/fd/${opened}`, 'utf8'));
}

export function occupyStep(directories: OverlayDirectories, pointer: string): ActionStep {
  const { base } = directories;
  const does = [`write("${join(base, FILE)}", IDENTITY)`];
  return action(`note who uses "${base}"`, pointer, does, ({ pid }) => {
    withDirectory(reopen(directories, pointer), (fd) => {
      const flags = O_WRONLY | O_CREAT | O_TRUNC;
      const note = perform(openat2(fd, FILE, flags, INSIDE, 0o600));
      withDirectory(note, () => writeSync(note, `${JSON.stringify(identify(pid))}\n`));
    });
  });
}

/** @returns undefined for what is not a note */
function parse(text: string): ProcessIdentity | undefined {
  try {
    const note = JSON.parse(text) as ProcessIdentity | null;
    return Number.isSafeInteger(note?.pid) ? (note ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}
