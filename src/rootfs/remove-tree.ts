/**
 * Removes a directory and what is below it, by descriptors: what the container has put there, or moves while it
 * is removed, never leads out of it, no symbolic link leads to it, and no depth runs out of descriptors (two are open at
 * a time).
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type Call, call, ignoreErrors, type Out } from '../kernel/call.ts';
import { close, getdents64, openat, openat2, statx, unlinkat } from '../kernel/calls/file.ts';
import * as F from '../kernel/constants/file.ts';
import { decodeDirents } from '../kernel/dirents.ts';
import { describeErrno, EACCES, EISDIR, ENOENT, ENOTEMPTY, EPERM, errnoName } from '../kernel/errno.ts';
import { attempt } from '../kernel/local.ts';
import { basename, dirname } from '../kernel/path.ts';

/** Who executes the calls: results in order, negative for an errno; and memory that was filled. */
export interface CallRunner {
  run(calls: readonly Call[]): readonly number[];
  bytes(of: Call): Uint8Array;
}

/** @throws RuntimeError `system` where something cannot be removed; nothing where there is no such directory */
export function removeTree(path: string, runner: CallRunner = new LocalRunner()): void {
  const open = openat2(F.AT_FDCWD, dirname(path), F.O_PATH | F.O_DIRECTORY, F.RESOLVE_NO_SYMLINKS);
  const [parent = -1] = runner.run([open]);
  if (parent === -ENOENT) return;
  if (parent < 0) throw failure(path, open.name, -parent);
  try {
    removeTreeIn(parent, path, runner);
  } finally {
    runner.run([close(parent)]);
  }
}

/** The same in a directory that is open. @param path its last part is removed */
export function removeTreeIn(parent: number, path: string, runner: CallRunner = new LocalRunner()): void {
  new TreeRemoval(path, parent, runner).remove();
}

type Name = string | Uint8Array;

interface Level {
  readonly name: Name;
  readonly identity: string;
  /** Directories in it that are still there. */
  readonly pending: Uint8Array[];
  /** How often it was not empty when it should have been. */
  rounds: number;
}

const BUFFER = 32 * 1024;
const ROUNDS = 16;
const DIRECTORY = F.O_RDONLY | F.O_DIRECTORY | F.O_NOFOLLOW;
const INSIDE = F.RESOLVE_NO_XDEV | F.RESOLVE_NO_SYMLINKS;

class TreeRemoval {
  readonly #path: string;
  readonly #runner: CallRunner;
  readonly #parent: number;
  readonly #levels: Level[] = [];
  #fd = -1;

  constructor(path: string, parent: number, runner: CallRunner) {
    this.#path = path;
    this.#parent = parent;
    this.#runner = runner;
  }

  remove(): void {
    try {
      if (!this.#enter(basename(this.#path), this.#parent)) return;
      while (this.#levels.length > 0) {
        const next = (this.#levels.at(-1) as Level).pending.pop();
        if (next === undefined) this.#leave();
        else this.#enter(next, this.#fd);
      }
    } finally {
      this.#setCurrent(-1);
    }
  }

  /** Goes into a directory and removes what is no directory. False where it is gone, or no directory. */
  #enter(name: Name, at: number): boolean {
    const opened = this.#open(name, at);
    if (opened < 0) return this.#enterFailed(name, at, -opened);
    const { mode, identity } = this.#identify(opened);
    // What we own and locked ourselves out of, such as overlay's own work/work (mode 000).
    if ((mode & 0o700) !== 0o700) this.#runner.run([call('fchmod', opened, 0o700)]);
    this.#setCurrent(opened);
    const level: Level = { name, identity, pending: [], rounds: 0 };
    this.#levels.push(level);
    this.#clear(level);
    return true;
  }

  #open(name: Name, at: number): number {
    const [opened = -1] = this.#runner.run([openBelow(at, name, DIRECTORY)]);
    if (opened !== -EACCES) return opened;
    const [handle = -1] = this.#runner.run([openBelow(at, name, F.O_PATH | F.O_DIRECTORY | F.O_NOFOLLOW)]);
    if (handle < 0) return handle;
    const link = `/proc/self/fd/${handle}`;
    const results = this.#runner.run([
      call('fchmodat', F.AT_FDCWD, link, 0o700),
      openat(handle, '.', DIRECTORY),
      close(handle),
    ]);
    return results[1] ?? -1;
  }

  #enterFailed(name: Name, at: number, errno: number): false {
    if (errno === ENOENT) return false;
    // It was a directory a moment ago, or the file system did not say what it is.
    const [result = 0] = this.#runner.run([unlink(at, name, 0)]);
    if (result < 0 && result !== -ENOENT) throw this.#failure(name, 'openat2', errno);
    return false;
  }

  /** Removes files; remembers directories. */
  #clear(level: Level): void {
    for (;;) {
      const read = getdents64(this.#fd, BUFFER);
      const [size = 0] = this.#runner.run([read]);
      if (size < 0) throw this.#failure(level.name, 'getdents64', -size);
      if (size === 0) return;
      const entries = decodeDirents(this.#runner.bytes(read).subarray(0, size));
      level.pending.push(...entries.filter(({ isDirectory }) => isDirectory).map(({ bytes }) => bytes));
      const files = entries.filter(({ isDirectory }) => !isDirectory);
      const results = this.#runner.run(files.map(({ bytes }) => unlink(this.#fd, bytes, 0)));
      files.forEach(({ bytes }, index) => {
        const result = results[index] ?? 0;
        if (result === -EISDIR) level.pending.push(bytes);
        else if (result < 0 && result !== -ENOENT) throw this.#failure(bytes, 'unlinkat', -result);
      });
    }
  }

  /** Back to the directory above, and removes the one we were in. */
  #leave(): void {
    const level = this.#levels.pop() as Level;
    const above = this.#levels.at(-1);
    let fd = this.#parent;
    if (above) {
      fd = this.#runner.run([openat2(this.#fd, '..', DIRECTORY, INSIDE)])[0] ?? -1;
      if (fd < 0) throw this.#failure(level.name, 'openat2', -fd);
      if (this.#identify(fd).identity !== above.identity) {
        this.#runner.run([close(fd)]);
        throw this.#failure(level.name, 'openat2', ENOTEMPTY);
      }
    }
    const [result = 0] = this.#runner.run([unlink(fd, level.name, F.AT_REMOVEDIR)]);
    if (result === -ENOTEMPTY && level.rounds < ROUNDS) this.#again(level, fd);
    else if (result < 0 && result !== -ENOENT) throw this.#failure(level.name, 'unlinkat', -result);
    else this.#setCurrent(above ? fd : -1);
  }

  /** Somebody made something in it meanwhile. */
  #again(level: Level, above: number): void {
    if (above !== this.#parent) this.#setCurrent(above);
    if (this.#enter(level.name, above)) (this.#levels.at(-1) as Level).rounds = level.rounds + 1;
  }

  #identify(fd: number): { readonly identity: string; readonly mode: number } {
    const status = statx(fd, '');
    this.#runner.run([status]);
    const bytes = this.#runner.bytes(status);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const device = view.getBigUint64(136, true);
    return { identity: `${device}:${view.getBigUint64(32, true)}`, mode: view.getUint16(28, true) };
  }

  #setCurrent(fd: number): void {
    if (this.#fd >= 0) this.#runner.run([close(this.#fd)]);
    this.#fd = fd;
  }

  #failure(name: Name, action: string, errno: number): RuntimeError {
    const inner = this.#levels.slice(1).map((level) => text(level.name));
    const at = [this.#path, ...inner, ...(text(name) === basename(this.#path) ? [] : [text(name)])].join('/');
    return failure(at, action, errno);
  }
}

function text(name: Name): string {
  return typeof name === 'string' ? name : Buffer.from(name.subarray(0, -1)).toString();
}

/** The name may be no text: it goes as bytes, with its NUL. */
function unlink(at: number, name: Name, flags: number): Call {
  return typeof name === 'string' ? unlinkat(at, name, flags) : call('unlinkat', at, name, flags);
}

/** Never over a mount and never by a symlink. */
function openBelow(at: number, name: Name, flags: number): Call {
  const template = openat2(at, '', flags, INSIDE | F.RESOLVE_BENEATH);
  return { ...template, args: [at, name, ...template.args.slice(2)] };
}

function failure(path: string, name: string, errno: number): RuntimeError {
  return new RuntimeError('system', `cannot remove "${path}": ${name}: ${describeErrno(errno)}`, {
    call: name,
    errno: errnoName(errno),
    ...(errno === EPERM || errno === EACCES ? { hint: `as root: rm -rf --one-file-system "${path}"` } : {}),
  });
}

export class LocalRunner implements CallRunner {
  readonly #outs = new Map<Out, Uint8Array>();

  run(calls: readonly Call[]): readonly number[] {
    this.#outs.clear();
    return calls.map((one) => attempt(ignoreErrors(one), undefined, this.#outs));
  }

  bytes(of: Call): Uint8Array {
    // The one that ran has the same memory: ignoreErrors copies the call, not what it fills.
    return (of.out && this.#outs.get(of.out)) ?? new Uint8Array();
  }
}
