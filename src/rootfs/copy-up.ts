/**
 * `tmpcopyup`: a tmpfs begins with a copy of the directory that it covers. The copy is made by the container's first
 * process, by descriptors: whoever owns the directory cannot lead it anywhere else. What cannot be copied there
 * stays away: sockets, device nodes in a user namespace, owners that the container does not have.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, type Failure, ignoreErrors, type Results, tolerate } from '../kernel/call.ts';
import {
  close,
  fchmod,
  fchown,
  fchownat,
  getdents64,
  mkdirat,
  mknodat,
  openat,
  readlinkat,
  sendfile,
  statx,
  symlinkat,
} from '../kernel/calls/file.ts';
import {
  AT_SYMLINK_NOFOLLOW,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_WRONLY,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from '../kernel/constants/file.ts';
import { decodeDirents } from '../kernel/dirents.ts';
import { describeErrno, EINVAL, ENOENT, ENOSPC, EPERM, errnoName } from '../kernel/errno.ts';
import { decodeStatx, type Status } from '../kernel/statx.ts';
import { attributeSteps } from './extended-attributes.ts';

/** Entries that are open at the same time, and whose answers fit into one message. */
const AT_ONCE = 16;
const LISTING = 16 * 1024;
/** The most that one call copies. */
const MAX_COPY = 0x7fff_f000;
const PERMISSIONS = 0o7777;

export interface CopyUp {
  /** Of the mount, for messages. */
  readonly destination: string;
  readonly pointer: string;
}

/** @param from and `to`: directories, open for reading; they stay open */
export function copyUpSteps(from: Call, to: Call, copy: CopyUp): readonly Step[] {
  const listing = getdents64(from, LISTING);
  return [
    copyStep(copy, [listing], (results) => {
      const length = results.value(listing);
      if (length === 0) return [];
      const names = decodeDirents(results.bytes(listing).subarray(0, length)).map(({ bytes }) => bytes);
      const chunks = Array.from({ length: Math.ceil(names.length / AT_ONCE) }, (_, index) =>
        names.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
      );
      return [...chunks.map((chunk) => copyEntries(from, to, chunk, copy)), ...copyUpSteps(from, to, copy)];
    }),
  ];
}

function copyStep(copy: CopyUp, calls: readonly Call[], next: (results: Results) => readonly Step[]): Step {
  const name = `copy "${copy.destination}" up`;
  return step('init', name, copy.pointer, calls, { check: next, recover: (failure) => full(copy, failure) });
}

interface Entry {
  readonly name: Uint8Array;
  readonly status: Status;
  /** Of a symlink, with a NUL. */
  readonly target: Uint8Array;
}

function copyEntries(from: Call, to: Call, names: readonly Uint8Array[], copy: CopyUp): Step {
  const looked = names.map((name) => ({
    name,
    status: tolerate(statx(from, name, AT_SYMLINK_NOFOLLOW), ENOENT),
    link: tolerate(readlinkat(from, name), EINVAL, ENOENT),
  }));
  const calls = looked.flatMap(({ status, link }) => [status, link]);
  return copyStep(copy, calls, (results) => {
    const there = looked.filter(({ status }) => results.value(status) === 0);
    const entries = there.map(({ name, status, link }): Entry => {
      const length = Math.max(0, results.value(link));
      const target = Buffer.concat([results.bytes(link).subarray(0, length), Buffer.alloc(1)]);
      return { name, target, status: decodeStatx(results.bytes(status)) };
    });
    const isOf = (type: number) => (entry: Entry) => (entry.status.mode & S_IFMT) === type;
    const files = entries.filter(isOf(S_IFREG));
    const directories = entries.filter(isOf(S_IFDIR));
    const others = entries.filter((entry) => !files.includes(entry) && !directories.includes(entry));
    return [
      ...(others.length > 0
        ? [
            copyStep(
              copy,
              others.flatMap((entry) => copyOther(to, entry)),
              () => [],
            ),
          ]
        : []),
      ...(files.length > 0 ? copyFiles(from, to, files, copy) : []),
      ...directories.flatMap((entry) => copyDirectory(from, to, entry, copy)),
    ];
  });
}

/** A symlink, a FIFO, a device node. */
function copyOther(to: Call, { name, status, target }: Entry): readonly Call[] {
  const { mode, deviceMajor, deviceMinor } = status;
  const type = mode & S_IFMT;
  if (type === S_IFSOCK) return [];
  const made =
    type === S_IFLNK
      ? symlinkat(target, to, name)
      : tolerate(mknodat(to, name, mode, makedev(deviceMajor, deviceMinor)), EPERM);
  const opened = tolerate(openat(to, name, O_PATH | O_NOFOLLOW), ENOENT);
  return [made, opened, tolerate(fchownat(opened, '', status.uid, status.gid), EINVAL, EPERM), close(opened)];
}

/** makedev(3). */
function makedev(major: number, minor: number): number {
  return (major << 8) | (minor & 0xff) | ((minor & ~0xff) << 12);
}

function copyFiles(from: Call, to: Call, entries: readonly Entry[], copy: CopyUp): readonly Step[] {
  const files = entries.map((entry) => {
    // It was a file when we looked; if it is a FIFO now, nobody waits for it.
    const input = openat(from, entry.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const output = openat(to, entry.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    return { input, output, ...entry };
  });
  const calls = files.flatMap(({ input, output, status }) => [
    ...[input, output, ...contents(output, input, Number(status.size))],
    ...adorn(output, status),
  ]);
  const closing = files.flatMap(({ input, output }) => [close(input), close(output)]);
  return [
    copyStep(copy, calls, () => attributeSteps(files, copy.pointer)),
    step('init', `copy "${copy.destination}" up`, copy.pointer, closing),
  ];
}

/** One call more than there should be to copy: where there is no room, one may have copied a part of it. */
function contents(output: Call, input: Call, size: number): readonly Call[] {
  if (size === 0) return [];
  const copies = Array.from({ length: Math.ceil(size / MAX_COPY) }, () => sendfile(output, input, MAX_COPY));
  return [...copies, sendfile(output, input, MAX_COPY)];
}

/** The owner first: a change of owner takes away set-user-ID. */
function adorn(opened: Call, { mode, uid, gid }: Status): readonly Call[] {
  return [tolerate(fchown(opened, uid, gid), EINVAL, EPERM), fchmod(opened, mode & PERMISSIONS)];
}

function copyDirectory(from: Call, to: Call, { name, status }: Entry, copy: CopyUp): readonly Step[] {
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  const [input, output] = [openat(from, name, flags), openat(to, name, flags)];
  const title = `copy "${copy.destination}" up`;
  return [
    copyStep(copy, [mkdirat(to, name, 0o700), input, output], () => [
      ...attributeSteps([{ input, output }], copy.pointer),
      ...copyUpSteps(input, output, copy),
    ]),
    step('init', title, copy.pointer, [...adorn(output, status), close(input), ignoreErrors(close(output))]),
  ];
}

function full({ destination, pointer }: CopyUp, { call, errno }: Failure): RuntimeError | undefined {
  if (errno !== ENOSPC) return undefined;
  const message = `cannot copy "${destination}" up: ${call.name}: ${describeErrno(errno)}`;
  return new RuntimeError('config', message, {
    pointer: `${pointer}/options`,
    call: call.name,
    errno: errnoName(errno),
    hint: 'the tmpfs is too small for what it covers: give it a larger "size=" (or "nr_inodes=")',
  });
}
