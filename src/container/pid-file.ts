/** `--pid-file`: written whole or not at all, a decimal number without a newline, as engines read it. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { modeForCaller } from '../host/umask.ts';
import { O_CREAT, O_EXCL, O_WRONLY } from '../kernel/constants/file.ts';
import { closeSync, lstatSync, openSync, renameSync, unlinkSync, writeSync } from '../kernel/file-system.ts';
import { basename, dirname, join } from '../kernel/path.ts';

/** Complete under a temporary name, which is removed on disposal. It gets its own name once what it says is true. */
export class PidFile implements Disposable {
  readonly #path: string;
  readonly #temporary: string;
  #isPending = true;

  private constructor(path: string, temporary: string) {
    this.#path = path;
    this.#temporary = temporary;
  }

  /** Does everything that is likely to fail. @throws RuntimeError `usage`; then nothing is left of it */
  static prepare(path: string, pid: number): PidFile {
    const temporary = join(dirname(path), `.${basename(path)}`);
    try {
      if (lstatSync(path)?.isDirectory()) throw new Error('EISDIR: is a directory, open');
      put(temporary, makeAnew(temporary), pid);
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
    return new PidFile(path, temporary);
  }

  /** @throws RuntimeError `usage` */
  publish(): void {
    try {
      renameSync(this.#temporary, this.#path);
      this.#isPending = false;
    } catch (cause) {
      throw cannotWrite(this.#path, cause);
    }
  }

  [Symbol.dispose](): void {
    if (this.#isPending) removeIfThere(this.#temporary);
  }
}

/** @throws RuntimeError `usage`; then nothing is left of it */
export function writePidFile(path: string, pid: number): void {
  using file = PidFile.prepare(path, pid);
  file.publish();
}

function put(temporary: string, fd: number, pid: number): void {
  try {
    writeSync(fd, String(pid));
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Whoever else can write to the directory must not lead us to another file by a link. */
function makeAnew(path: string): number {
  const make = () => openSync(path, O_WRONLY | O_CREAT | O_EXCL, modeForCaller(0o644));
  try {
    return make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    unlinkSync(path); // of a runtime that was killed
    return make();
  }
}

/** Its removal must not hide the error that led to it. */
function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another user of the directory has removed it, or it has become read-only.
  }
}

function cannotWrite(path: string, cause: unknown): RuntimeError {
  return new RuntimeError('usage', `cannot write the pid file "${path}"`, {
    cause,
    hint: 'check the path given with --pid-file: its directory must exist and be writable',
  });
}
