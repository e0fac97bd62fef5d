/**
 * Removes a directory and what is below it, by descriptors: what the container has put there, or moves while it
 * is removed, never leads out of it, no symbolic link leads to it, and no depth runs out of descriptors (two are open at
 * a time). The container has decided how much there is: a few names are remembered, and of each directory on the way no
 * more than which one it is.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type CallRunner, LocalRunner } from '../init/call-runner.ts';
import { decodeLatin1, decodeUtf8, encodeLatin1, encodeUtf8 } from '../kernel/bytes.ts';
import { type Call, call } from '../kernel/call.ts';
import { close, getdents64, openat, openat2, statx, unlinkat } from '../kernel/calls/file.ts';
import * as F from '../kernel/constants/file.ts';
import { type Dirent, decodeDirents } from '../kernel/dirents.ts';
import {
  describeErrno,
  EACCES,
  EEXIST,
  EISDIR,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  errnoName,
} from '../kernel/errno.ts';
import { basename, dirname } from '../kernel/path.ts';
import { decodeStatx } from '../kernel/statx.ts';

/** @throws RuntimeError `system` if something cannot be removed; nothing if there is no such directory */
export function removeTree(path: string, runner: CallRunner = new LocalRunner(), mostHeld = MOST_HELD): void {
  const open = openat2(F.AT_FDCWD, dirname(path), F.O_PATH | F.O_DIRECTORY, F.RESOLVE_NO_SYMLINKS);
  const [parent = -1] = runner.run([open]);
  if (parent === -ENOENT) return;
  if (parent < 0) throw failure(path, open.name, -parent);
  try {
    removeTreeIn(parent, path, runner, mostHeld);
  } finally {
    runner.run([close(parent)]);
  }
}

/**
 * The same in a directory that is open.
 *
 * @param path its last part is removed
 * @param mostHeld how many names are remembered
 */
export function removeTreeIn(
  parent: number,
  path: string,
  runner: CallRunner = new LocalRunner(),
  mostHeld = MOST_HELD,
): void {
  new TreeRemoval(path, parent, runner, mostHeld).remove();
}

/** The bytes of a name, one character each: it may be no text, and there may be many. */
type Name = string;

interface Level {
  readonly identity: string;
  /** Directories in it that are not empty, as far as they are known. The last one is entered. */
  pending: Name[];
  /** How often that one was not empty when it should have been. */
  rounds: number;
}

const BUFFER = 32 * 1024;
const ROUNDS = 16;
/** Names in directories that are not listed just now, taken together. */
const MOST_HELD = 4096;
/** Components at either end of a long path that are shown. */
const SHOWN = 8;
const DIRECTORY = F.O_RDONLY | F.O_DIRECTORY | F.O_NOFOLLOW;
const INSIDE = F.RESOLVE_NO_XDEV | F.RESOLVE_NO_SYMLINKS;

class TreeRemoval {
  readonly #path: string;
  readonly #runner: CallRunner;
  /** The first one is the directory above, of which only the tree's own name is known. */
  readonly #levels: Level[];
  readonly #parent: number;
  #fd: number;
  readonly #mostHeld: number;
  #held = 0;
  /** The first level whose names are all held. */
  #firstHeld = 0;

  constructor(path: string, parent: number, runner: CallRunner, mostHeld: number) {
    this.#mostHeld = mostHeld;
    this.#path = path;
    this.#parent = parent;
    this.#fd = parent;
    this.#runner = runner;
    this.#levels = [{ identity: '', pending: [decodeLatin1(encodeUtf8(basename(path)))], rounds: 0 }];
  }

  remove(): void {
    try {
      for (;;) {
        const level = this.#levels.at(-1) as Level;
        const name = level.pending.at(-1);
        if (name !== undefined) this.#enter(name, level);
        else if (this.#levels.length === 1) return;
        else if (!this.#list(level)) this.#leave();
      }
    } finally {
      this.#setCurrent(this.#parent);
    }
  }

  #enter(name: Name, level: Level): void {
    const opened = this.#open(name);
    if (opened < 0) {
      this.#removeOther(name, -opened);
      level.pending.pop();
      return;
    }
    const { mode, identity } = this.#identify(opened);
    // What we own and locked ourselves out of, such as overlay's own work/work (mode 000).
    if ((mode & 0o700) !== 0o700) this.#runner.run([call('fchmod', opened, 0o700)]);
    this.#setCurrent(opened);
    this.#held += level.pending.length;
    while (this.#held > this.#mostHeld && this.#firstHeld < this.#levels.length) this.#forgetNames();
    this.#levels.push({ identity, pending: [], rounds: 0 });
  }

  /** Those that are needed last: when the directory is listed again, they are found again. */
  #forgetNames(): void {
    const level = this.#levels[this.#firstHeld++] as Level;
    this.#held -= level.pending.length - 1;
    level.pending = level.pending.slice(-1);
  }

  #open(name: Name): number {
    const [opened = -1] = this.#runner.run([openBelow(this.#fd, name, DIRECTORY)]);
    if (opened !== -EACCES) return opened;
    const [handle = -1] = this.#runner.run([
      openBelow(this.#fd, name, F.O_PATH | F.O_DIRECTORY | F.O_NOFOLLOW),
    ]);
    if (handle < 0) return handle;
    const link = `/proc/self/fd/${handle}`;
    const results = this.#runner.run([
      call('fchmodat', F.AT_FDCWD, link, 0o700),
      openat(handle, '.', DIRECTORY),
      close(handle),
    ]);
    return results[1] ?? -1;
  }

  /** It was a directory a moment ago, or the file system did not say what it is. */
  #removeOther(name: Name, errno: number): void {
    if (errno === ENOENT) return;
    const [result = 0] = this.#runner.run([unlinkat(this.#fd, bytesOf(name))]);
    if (result < 0 && result !== -ENOENT) throw this.#failure('openat2', errno, name);
  }

  /** Removes files and empty directories, a buffer of them; remembers the others. @returns whether there may be more */
  #list(level: Level): boolean {
    const read = getdents64(this.#fd, BUFFER);
    const [size = 0] = this.#runner.run([read]);
    if (size < 0) throw this.#failure('getdents64', -size);
    const entries = decodeDirents(this.#runner.bytes(read).subarray(0, size));
    const results = this.#runner.run(entries.map((entry) => this.#removal(entry)));
    entries.forEach(({ bytes }, index) => {
      const result = results[index] ?? 0;
      const name = decodeLatin1(bytes.subarray(0, -1));
      if (ENTERED.includes(-result)) level.pending.push(name);
      else if (result < 0 && result !== -ENOENT) throw this.#failure('unlinkat', -result, name);
    });
    return size > 0;
  }

  #removal({ bytes, isDirectory }: Dirent): Call {
    return unlinkat(this.#fd, bytes, isDirectory ? F.AT_REMOVEDIR : 0);
  }

  /** Back to the directory above, and removes the one we were in. */
  #leave(): void {
    this.#levels.pop();
    const level = this.#levels.at(-1) as Level;
    this.#rise(level);
    this.#held -= level.pending.length;
    this.#firstHeld = Math.min(this.#firstHeld, this.#levels.length - 1);
    const name = level.pending.at(-1) as Name;
    const [result = 0] = this.#runner.run([unlinkat(this.#fd, bytesOf(name), F.AT_REMOVEDIR)]);
    if (result === 0 || result === -ENOENT) {
      level.pending.pop();
      level.rounds = 0;
      // Another process has created something in it meanwhile.
    } else if (!ENTERED.includes(-result) || level.rounds++ === ROUNDS) {
      throw this.#failure('unlinkat', -result, name);
    }
  }

  #rise({ identity }: Level): void {
    if (this.#levels.length === 1) {
      this.#setCurrent(this.#parent);
      return;
    }
    const [fd = -1] = this.#runner.run([openat2(this.#fd, '..', DIRECTORY, INSIDE)]);
    if (fd < 0) throw this.#failure('openat2', -fd);
    const found = this.#identify(fd).identity;
    this.#setCurrent(fd);
    if (found !== identity) throw this.#failure('openat2', ENOTEMPTY);
  }

  #identify(fd: number): { readonly identity: string; readonly mode: number } {
    const look = statx(fd, '');
    this.#runner.run([look]);
    const { filesystem, inode, mode } = decodeStatx(this.#runner.bytes(look));
    return { identity: `${filesystem}:${inode}`, mode };
  }

  #setCurrent(fd: number): void {
    if (this.#fd !== this.#parent) this.#runner.run([close(this.#fd)]);
    this.#fd = fd;
  }

  /** @param name in the directory that we are in */
  #failure(action: string, errno: number, name?: Name): RuntimeError {
    const below = this.#levels.slice(1, -1).map(({ pending }) => pending.at(-1) ?? '…');
    const names = name === undefined || this.#levels.length === 1 ? below : [...below, name];
    const shown = names.length > 2 * SHOWN ? [...names.slice(0, SHOWN), '…', ...names.slice(-SHOWN)] : names;
    const texts = shown.map((one) => (one === '…' ? one : decodeUtf8(encodeLatin1(one))));
    return failure([this.#path, ...texts].join('/'), action, errno);
  }
}

/** A directory that is not empty, or for which a file was taken. */
const ENTERED: readonly number[] = [ENOTEMPTY, EEXIST, EISDIR, ENOTDIR];

function bytesOf(name: Name): Uint8Array {
  return encodeLatin1(`${name}\0`);
}

/** Never over a mount and never by a symlink. */
function openBelow(at: number, name: Name, flags: number): Call {
  const template = openat2(at, '', flags, INSIDE | F.RESOLVE_BENEATH);
  return { ...template, args: [at, bytesOf(name), ...template.args.slice(2)] };
}

function failure(path: string, name: string, errno: number): RuntimeError {
  return new RuntimeError('system', `cannot remove "${path}": ${name}: ${describeErrno(errno)}`, {
    call: name,
    errno: errnoName(errno),
    ...(errno === EPERM || errno === EACCES ? { hint: `as root: rm -rf --one-file-system "${path}"` } : {}),
  });
}
