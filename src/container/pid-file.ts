/** `--pid-file`: written whole or not at all, a decimal number without a newline, as engines read it. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../kernel/constants/file.ts';
import { closeSync, openSync, renameSync, unlinkSync, writeSync } from '../kernel/file-system.ts';
import { basename, dirname, join } from '../kernel/path.ts';

/** @throws RuntimeError `usage`; then nothing is left of it */
export function writePidFile(path: string, pid: number): void {
  const temporary = join(dirname(path), `.${basename(path)}`);
  try {
    put(temporary, makeAnew(temporary), path, pid);
  } catch (cause) {
    throw new RuntimeError('usage', `cannot write the pid file "${path}"`, {
      cause,
      hint: 'check the path given with --pid-file',
    });
  }
}

function put(temporary: string, fd: number, path: string, pid: number): void {
  try {
    writeSync(fd, String(pid));
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Whoever else can write to the directory must not lead us to another file by a link. */
function makeAnew(path: string): number {
  const make = () => openSync(path, O_WRONLY | O_CREAT | O_EXCL, 0o644);
  try {
    return make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    unlinkSync(path); // of a runtime that was killed
    return make();
  }
}
