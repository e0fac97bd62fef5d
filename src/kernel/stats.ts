/** What node:fs tells of a file, from statx(2). */
import { S_IFDIR, S_IFMT, S_IFREG } from './constants/file.ts';
import type { Status } from './statx.ts';

export class Stats {
  readonly #status: Status;

  constructor(status: Status) {
    this.#status = status;
  }

  get mode(): number {
    return this.#status.mode;
  }

  get uid(): number {
    return this.#status.uid;
  }

  get gid(): number {
    return this.#status.gid;
  }

  get ino(): number {
    return Number(this.#status.inode);
  }

  /** Of the filesystem; not encoded as node:fs has it, and only good for comparison. */
  get dev(): number {
    return Number(this.#status.filesystem);
  }

  get nlink(): number {
    return this.#status.links;
  }

  /** Bytes. */
  get size(): number {
    return Number(this.#status.size);
  }

  isDirectory(): boolean {
    return (this.mode & S_IFMT) === S_IFDIR;
  }

  isFile(): boolean {
    return (this.mode & S_IFMT) === S_IFREG;
  }
}
