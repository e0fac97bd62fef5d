/** The files of a container's directory: their names, and reading them safely even if they were replaced. */

import { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } from '../../kernel/constants/file.ts';
import { openSync, readdirSync, readToTheEnd } from '../../kernel/file-system.ts';
import { join } from '../../kernel/path.ts';
import { notFound } from './problems.ts';

export const INIT_SOCKET = 'init.sock';
export const START_FIFO = 'start';
export const CONFIG = 'config.json';
export const FILTER = 'seccomp.bpf';
export const LOCK = 'lock';
export const RECORD = 'state.json';
/** See notify-mount.ts. */
export const NOTIFY = 'notify';
/** What replaces a file is written beside it first. */
export const NEW = '.new';

const OURS: readonly string[] = [
  ...[INIT_SOCKET, START_FIFO, CONFIG, FILTER, LOCK, RECORD, NOTIFY],
  ...[`${RECORD}${NEW}`, `${CONFIG}${NEW}`],
];

/** Bytes. A configuration of 16 MiB is refused by `create`; lossless JSON makes it no longer. */
const MOST = 32 << 20;

/** Reads a file of ours: not through a symlink, not waiting for the writer of a FIFO, not without end. */
export function readStateFile(directory: string, name: string): Uint8Array {
  const path = join(directory, name);
  return readToTheEnd(openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), path, {
    most: MOST,
    inOnePiece: true,
  });
}

/** Something in a directory that tsrun has not put there. @throws RuntimeError `not-found` if the directory is gone */
export function strangeName(directory: string): string | undefined {
  try {
    return readdirSync(directory).find((name) => !OURS.includes(name));
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? notFound() : error;
  }
}
