/**
 * A tree of directories is copied by descriptors: two are open at a time, and no depth runs out of them. What is
 * remembered does not grow with the number of entries: of each directory on the way its identity and where its listing
 * goes on, and of some the names that were listed.
 */
import type { CallRunner } from '../../init/call-runner.ts';
import type { Call } from '../../kernel/call.ts';
import { close, flistxattr, getdents64, lseek, mkdirat, openat, statx } from '../../kernel/calls/file.ts';
import { O_DIRECTORY, O_NOFOLLOW, O_RDONLY, S_IFDIR, S_IFMT, SEEK_SET } from '../../kernel/constants/file.ts';
import { type Dirent, decodeDirents } from '../../kernel/dirents.ts';
import { EEXIST, EINVAL, ENOENT, EPERM, ESTALE } from '../../kernel/errno.ts';
import { decodeStatx, type Status } from '../../kernel/statx.ts';
import { copyAttributes } from './attributes.ts';
import { type Entry, type Fail, lookAt } from './entries.ts';
import { adorn, copyFiles } from './files.ts';

/** Entries whose calls go into one message. */
const AT_ONCE = 64;
const LISTING = 32 * 1024;
/** Names of directories that are not looked at just now, taken together. */
const MOST_HELD = 4096;
const DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
const TOP = Uint8Array.of(0x2e, 0);

interface Level {
  readonly status: Pick<Status, 'mode' | 'uid' | 'gid'>;
  /** Of the directory that is copied, and of its copy. */
  readonly identities: readonly [string, string];
  /** What the last listing has shown. */
  entries: readonly Dirent[];
  /** The first of them that is still to be copied. */
  next: number;
  /** Where to list again, after it has been left; undefined if the listing simply goes on. */
  resume: bigint | undefined;
}

export class TreeCopy {
  readonly #runner: CallRunner;
  readonly #fail: Fail;
  readonly #levels: Level[] = [];
  #input = -1;
  #output = -1;
  readonly #mostHeld: number;
  #held = 0;
  /** The first level whose names are held. */
  #firstHeld = 0;

  /** @param mostHeld how many names are remembered */
  constructor(runner: CallRunner, fail: Fail, mostHeld = MOST_HELD) {
    this.#runner = runner;
    this.#fail = fail;
    this.#mostHeld = mostHeld;
  }

  /** @param from and `to`: directories; they stay open. @throws what `fail` makes of a call that failed */
  copy(from: number, to: number): void {
    try {
      this.#open(TOP, from, to);
      while (this.#levels.length > 0) {
        const level = this.#levels.at(-1) as Level;
        if (level.next < level.entries.length) this.#copySome(level);
        else if (!this.#list(level)) this.#leave();
      }
    } finally {
      this.#setCurrent(-1, -1);
    }
  }

  /** @returns whether there is more in it */
  #list(level: Level): boolean {
    const read = getdents64(this.#input, LISTING);
    const back = level.resume === undefined ? [] : [lseek(this.#input, level.resume, SEEK_SET)];
    const size = this.#runner.run([...back, read]).at(-1) as number;
    if (size < 0) throw this.#failed(read, -size);
    level.resume = undefined;
    level.entries = decodeDirents(this.#runner.bytes(read).subarray(0, size));
    level.next = 0;
    return size > 0;
  }

  /** Files up to the next directory, and that. */
  #copySome(level: Level): void {
    const some = level.entries.slice(level.next, level.next + AT_ONCE);
    const last = some.findIndex(({ isOther }) => !isOther);
    const names = some.slice(0, last < 0 ? some.length : last + 1).map(({ bytes }) => bytes);
    const entries = lookAt(this.#runner, this.#input, names, this.#fail);
    const directory = entries.findIndex((entry) => entry && isDirectory(entry));
    const before = directory < 0 ? entries : entries.slice(0, directory);
    const place = { runner: this.#runner, input: this.#input, output: this.#output, fail: this.#fail };
    copyFiles(
      place,
      before.filter((entry) => entry !== undefined),
    );
    level.next += directory < 0 ? entries.length : directory + 1;
    if (directory >= 0) this.#enter(entries[directory] as Entry, level);
  }

  #enter(entry: Entry, level: Level): void {
    const make = mkdirat(this.#output, entry.name, 0o700);
    const [made = 0] = this.#runner.run([make]);
    if (made < 0 && made !== -EEXIST) throw this.#failed(make, -made, entry.name);
    if (this.#open(entry.name, this.#input, this.#output, entry.status)) this.#hold(level);
  }

  /** Enters a directory and its copy. False if it is gone. */
  #open(name: Uint8Array, from: number, to: number, known?: Status): boolean {
    const [input, output] = [openat(from, name, DIRECTORY), openat(to, name, DIRECTORY)];
    const [original, copy] = [statx(input, ''), statx(output, '')];
    const attributes = flistxattr(input, 0);
    const results = this.#runner.run([input, output, original, copy, attributes]);
    const [opened = -1, made = -1, , , list = 0] = results;
    if (opened < 0 || made < 0) {
      this.#runner.run([opened, made].filter((fd) => fd >= 0).map((fd) => close(fd)));
      if (opened === -ENOENT) return false;
      throw opened < 0 ? this.#failed(input, -opened, name) : this.#failed(output, -made, name);
    }
    const [status, own] = [original, copy].map((look) => decodeStatx(this.#runner.bytes(look))) as [
      Status,
      Status,
    ];
    this.#setCurrent(opened, made);
    const { mode, uid, gid } = known ?? status;
    const identities = [identityOf(status), identityOf(own)] as const;
    this.#levels.push({ status: { mode, uid, gid }, identities, entries: [], next: 0, resume: undefined });
    // Those of the tmpfs's own root are the mount's.
    if (known && list > 0) copyAttributes(this.#runner, opened, made);
    return true;
  }

  /** Remembers where the listing of a directory goes on that is left for one in it. */
  #hold(level: Level): void {
    level.resume = level.entries.at(-1)?.next;
    this.#held += level.entries.length - level.next;
    while (this.#held > this.#mostHeld && this.#firstHeld < this.#levels.length - 1) this.#forgetNames();
  }

  /** Those that are needed last: they are listed again. */
  #forgetNames(): void {
    const level = this.#levels[this.#firstHeld++] as Level;
    this.#held -= level.entries.length - level.next;
    level.resume = level.entries[level.next - 1]?.next ?? level.resume;
    level.entries = [];
    level.next = 0;
  }

  /** Back to the directory above. */
  #leave(): void {
    const { status } = this.#levels.pop() as Level;
    const above = this.#levels.at(-1);
    if (!above) return;
    const calls = adorn(this.#output, status);
    const [input, output] = [openat(this.#input, '..', DIRECTORY), openat(this.#output, '..', DIRECTORY)];
    const looks = [statx(input, ''), statx(output, '')];
    const results = this.#runner.run([...calls, input, output, ...looks]);
    const [owned = 0, changed = 0, from = -1, to = -1] = results;
    if (owned < 0 && owned !== -EINVAL && owned !== -EPERM) throw this.#failed(calls[0] as Call, -owned);
    if (changed < 0) throw this.#failed(calls[1] as Call, -changed);
    if (from < 0 || to < 0) throw this.#failed(input, -Math.min(from, to));
    const found = looks.map((look) => identityOf(decodeStatx(this.#runner.bytes(look))));
    this.#setCurrent(from, to);
    // Moved elsewhere meanwhile.
    if (found.some((identity, index) => identity !== above.identities[index]))
      throw this.#failed(input, ESTALE);
    this.#held -= above.entries.length - above.next;
    this.#firstHeld = Math.min(this.#firstHeld, this.#levels.length - 1);
  }

  #setCurrent(input: number, output: number): void {
    const open = [this.#input, this.#output].filter((fd) => fd >= 0);
    if (open.length > 0) this.#runner.run(open.map((fd) => close(fd)));
    this.#input = input;
    this.#output = output;
  }

  #failed(call: Call, errno: number, name: Uint8Array = TOP): Error {
    return this.#fail({ call, errno, name, size: 0n });
  }
}

function isDirectory({ status }: Entry): boolean {
  return (status.mode & S_IFMT) === S_IFDIR;
}

function identityOf({ filesystem, inode }: Status): string {
  return `${filesystem}:${inode}`;
}
