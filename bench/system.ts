/** System calls that Node does not offer: the page cache, sealed files in memory, terminals. */
import { closeSync, constants, fsyncSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const advise = libc.func('int posix_fadvise(int fd, long offset, long length, int advice)');
const memfdCreate = libc.func('int memfd_create(const char *name, unsigned int flags)');
const fcntl = libc.func('int fcntl(int fd, int command, ...)');
const posixOpenpt = libc.func('int posix_openpt(int flags)');
const unlockpt = libc.func('int unlockpt(int fd)');
const ptsname = libc.func('const char *ptsname(int fd)');

const POSIX_FADV_DONTNEED = 4;
const MFD_ALLOW_SEALING = 2;
const F_ADD_SEALS = 1033;
/** F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE */
const ALL_SEALS = 15;

/** Pages that are not written back yet, or mapped by a process, would stay. */
export function dropFromPageCache(path: string): void {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  advise(fd, 0, 0, POSIX_FADV_DONTNEED);
  closeSync(fd);
}

/** @returns a path to a sealed copy in memory, valid as long as this process lives */
export function sealedCopy(program: string): string {
  const fd: number = memfdCreate('program', MFD_ALLOW_SEALING);
  const content = readFileSync(program);
  for (let done = 0; done < content.length; ) done += writeSync(fd, content, done);
  if (fcntl(fd, F_ADD_SEALS, 'int', ALL_SEALS) !== 0) throw new Error(`cannot seal a copy of ${program}`);
  return `/proc/${process.pid}/fd/${fd}`;
}

export interface Terminal {
  /** The end that programs open. */
  readonly path: string;
  /** Takes what was written to it, so that no writer ever waits. */
  readonly drain: () => string;
}

export function openTerminal(): Terminal {
  const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
  const fd: number = posixOpenpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (fd < 0 || unlockpt(fd) !== 0) throw new Error('cannot open a terminal: is /dev/ptmx there?');
  const path: string = ptsname(fd);
  // Without a process that has it open, a terminal reports the end of file for good.
  openSync(path, O_RDWR | O_NOCTTY);
  return { path, drain: () => drain(fd) };
}

function drain(fd: number): string {
  const buffer = Buffer.alloc(4096);
  let text = '';
  try {
    for (let length = 1; length > 0; ) {
      length = readSync(fd, buffer);
      text += buffer.toString('utf8', 0, length);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  return text;
}
