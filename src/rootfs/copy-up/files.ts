/** Copies what is not a directory: files, symlinks, FIFOs, device nodes. */
import type { CallRunner } from '../../init/call-runner.ts';
import type { Call } from '../../kernel/call.ts';
import {
  close,
  fchmod,
  fchown,
  fchownat,
  flistxattr,
  mknodat,
  openat,
  sendfile,
  symlinkat,
  unlinkat,
} from '../../kernel/calls/file.ts';
import {
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_WRONLY,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from '../../kernel/constants/file.ts';
import { EEXIST, EINVAL, ENOENT, EPERM } from '../../kernel/errno.ts';
import type { Status } from '../../kernel/statx.ts';
import { kindOfStatus, makedev } from '../device-number.ts';
import { copyAttributes } from './attributes.ts';
import type { Entry, Fail } from './entries.ts';
import { copyExtents, MAX_COPY } from './extents.ts';

const PERMISSIONS = 0o7777;
const BLOCK = 512n;
/** A file of less is copied with its holes filled: that takes one message. */
const SMALL = 64n * 1024n;

/** It was a file when we looked; if it is a FIFO now, nothing waits for it. */
const READ = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
const MAKE = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

export interface Directories {
  readonly runner: CallRunner;
  readonly input: number;
  readonly output: number;
  readonly fail: Fail;
}

/** A call with the errors that are none. */
interface Made {
  readonly entry: Entry;
  readonly call: Call;
  readonly fine?: readonly number[] | 'all';
}

export function copyFiles(place: Directories, entries: readonly Entry[]): void {
  const regular = entries.filter(({ status }) => (status.mode & S_IFMT) === S_IFREG);
  const others = entries.filter(({ status }) => (status.mode & S_IFMT) !== S_IFREG);
  if (others.length > 0)
    execute(
      place,
      others.flatMap((entry) => nodeCalls(place, entry)),
    );
  const large = regular.filter(isLarge);
  const small = regular.filter((entry) => !isLarge(entry));
  if (small.length > 0) copySmall(place, small);
  for (const entry of large) copyLarge(place, entry);
}

/** @throws what `fail` makes of the first call that must not fail */
function execute({ runner, fail }: Directories, made: readonly Made[]): readonly number[] {
  const results = runner.run(made.map(({ call }) => call));
  results.forEach((result, index) => {
    const { call, entry, fine = [] } = made[index] as Made;
    if (result < 0 && fine !== 'all' && !fine.includes(-result)) throw fail(failureOf(call, -result, entry));
  });
  return results;
}

function failureOf(call: Call, errno: number, { name, status }: Entry) {
  return { call, errno, name, size: status.blocks * BLOCK };
}

/** A symlink, a FIFO, a device node; a socket is nothing without its process. */
function nodeCalls({ output }: Directories, entry: Entry): readonly Made[] {
  const { name, status, target } = entry;
  if ((status.mode & S_IFMT) === S_IFSOCK) return [];
  const made = target
    ? symlinkat(target, output, name)
    : mknodat(output, name, status.mode, makedev(kindOfStatus(status)));
  const opened = openat(output, name, O_PATH | O_NOFOLLOW);
  const fine = [ENOENT, EINVAL, EPERM];
  return [
    { entry, call: made, fine: target ? [EEXIST] : [EEXIST, EPERM] },
    { entry, call: opened, fine },
    { entry, call: fchownat(opened, '', status.uid, status.gid), fine },
    { entry, call: close(opened), fine },
  ];
}

function isLarge({ status: { size, blocks } }: Entry): boolean {
  return size > MAX_COPY || (size > SMALL && blocks * BLOCK < size);
}

/** One call more than there should be to copy: if there is no room, the first may have copied a part of it. */
function contentCalls(input: Call, output: Call, { status: { size } }: Entry): readonly Call[] {
  return size === 0n ? [] : [sendfile(output, input, MAX_COPY), sendfile(output, input, MAX_COPY)];
}

function copySmall(place: Directories, entries: readonly Entry[]): void {
  const made: Made[] = [];
  const inputs: number[] = [];
  const lists: number[] = [];
  for (const entry of entries) {
    const { name, status } = entry;
    const [input, output] = [openat(place.input, name, READ), openat(place.output, name, MAKE, 0o600)];
    const list = flistxattr(input, 0);
    inputs.push(made.length);
    // What refers to a file that is gone fails as the opening of it.
    const gone = [ENOENT];
    made.push({ entry, call: input, fine: gone }, { entry, call: output });
    for (const call of contentCalls(input, output, entry)) made.push({ entry, call, fine: gone });
    made.push(...adorn(output, status).map((call) => ({ entry, call, fine: REFUSED })));
    lists.push(made.length);
    // The filesystem need not know them.
    made.push({ entry, call: list, fine: 'all' });
    made.push({ entry, call: close(input), fine: gone }, { entry, call: close(output) });
  }
  const results = execute(place, made);
  entries.forEach((entry, index) => {
    if ((results[inputs[index] as number] as number) < 0) forget(place, entry);
    else if ((results[lists[index] as number] as number) > 0) adornLater(place, entry);
  });
}

/** An owner that the container does not have. */
const REFUSED = [EINVAL, EPERM];

/** The owner first: a change of owner takes away set-user-ID. */
export function adorn(opened: Call | number, { mode, uid, gid }: Pick<Status, 'mode' | 'uid' | 'gid'>) {
  return [fchown(opened, uid, gid), fchmod(opened, mode & PERMISSIONS)];
}

/** It was removed behind our look at it. */
function forget({ runner, output }: Directories, { name }: Entry): void {
  runner.run([unlinkat(output, name)]);
}

function adornLater({ runner, input, output }: Directories, { name }: Entry): void {
  const [from = -1, to = -1] = runner.run([openat(input, name, READ), openat(output, name, READ)]);
  if (from >= 0 && to >= 0) copyAttributes(runner, from, to);
  runner.run([from, to].filter((fd) => fd >= 0).map((fd) => close(fd)));
}

function copyLarge(place: Directories, entry: Entry): void {
  const { runner, fail } = place;
  const { name, status } = entry;
  const [from, to] = [openat(place.input, name, READ), openat(place.output, name, MAKE, 0o600)];
  const [input = -1, output = -1] = runner.run([from, to]);
  if (output < 0) throw fail(failureOf(to, -output, entry));
  if (input === -ENOENT) {
    runner.run([close(output)]);
    forget(place, entry);
    return;
  }
  if (input < 0) throw fail(failureOf(from, -input, entry));
  const failed = copyExtents(runner, input, output, status.size);
  if (failed) throw fail(failureOf(failed.call, failed.errno, entry));
  execute(
    place,
    adorn(output, status).map((call) => ({ entry, call, fine: REFUSED })),
  );
  copyAttributes(runner, input, output);
  runner.run([close(input), close(output)]);
}
