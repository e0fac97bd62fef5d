/**
 * Compiled profiles, kept in the state root: engines give nearly all containers the same one, and to find it here costs
 * a tenth of compiling it. A file holds the program and all of what it was compiled from, which is compared as a
 * whole: a name that two share does no harm.
 */

import { checksum, concatBytes, decodeUtf8, encodeUtf8, viewOf } from '../kernel/bytes.ts';
import {
  lstatSync,
  mkdirSync,
  readBytesSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from '../kernel/file-system.ts';
import { effectiveUid, ownPid } from '../kernel/own-process.ts';
import { join } from '../kernel/path.ts';

/** No container's: ids have no such sign. */
const FOLDER = '@seccomp';
/** How many programs are kept, of some 10 KiB each. */
const MOST = 64;
/** Bytes that tell the program's length. */
const HEAD = 8;

export class FilterCache {
  readonly #folder: string;

  /** @param root where nobody but its owner may write */
  constructor(root: string) {
    this.#folder = join(root, FOLDER);
  }

  /** @param key all that the program depends on */
  read(key: string): Uint8Array | undefined {
    if (!this.#isOurs()) return undefined;
    const file = readIfThere(join(this.#folder, nameOf(key)));
    if (!file || file.length < HEAD) return undefined;
    const end = HEAD + viewOf(file).getUint32(0, true);
    if (decodeUtf8(file.subarray(end)) !== key) return undefined;
    return file.subarray(HEAD, end);
  }

  /** The state root must be there. What cannot be kept is compiled again the next time. */
  write(key: string, program: Uint8Array): void {
    try {
      if (!lstatSync(this.#folder)) mkdirSync(this.#folder, { mode: 0o700 });
      if (!this.#isOurs()) return;
      this.#makeRoom();
      const head = new Uint8Array(HEAD);
      viewOf(head).setUint32(0, program.length, true);
      const path = join(this.#folder, nameOf(key));
      writeFileSync(`${path}.${ownPid()}`, concatBytes([head, program, encodeUtf8(key)]), {
        mode: 0o600,
      });
      renameSync(`${path}.${ownPid()}`, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    }
  }

  /** A program from somebody else would be a filter of somebody else's choice. */
  #isOurs(): boolean {
    const status = lstatSync(this.#folder);
    return status?.isDirectory() === true && status.uid === effectiveUid() && (status.mode & 0o077) === 0;
  }

  #makeRoom(): void {
    for (const name of readdirSync(this.#folder)
      .filter(isEntry)
      .slice(MOST - 1))
      unlinkSync(join(this.#folder, name));
  }
}

function isEntry(name: string): boolean {
  return name !== '.' && name !== '..';
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readBytesSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function nameOf(key: string): string {
  return checksum(encodeUtf8(key));
}
