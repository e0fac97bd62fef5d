/**
 * The directory of one container below `--root`: its record, the frozen configuration, the lock, and what a created
 * container waits on. docs/state.md describes the files.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { checksum } from '../kernel/bytes.ts';
import { flock, pwrite64 } from '../kernel/calls/file.ts';
import {
  LOCK_EX,
  LOCK_NB,
  O_CREAT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
} from '../kernel/constants/file.ts';
import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  removeTree,
  renameSync,
  writeAndClose,
} from '../kernel/file-system.ts';
import { attempt, perform } from '../kernel/local.ts';
import { join } from '../kernel/path.ts';
import type { Config } from '../spec/types.ts';
import { CONFIG, FILTER, LOCK, NEW, RECORD, readStateFile } from './record/files.ts';
import { type Found, findRecord } from './record/find.ts';
import { damaged, notFound, taken, unreadable } from './record/problems.ts';
import { seal, unseal } from './record/sealed-json.ts';
import type { StateRecord } from './state-record.ts';
import { checkStateRoot, makeStateRoot } from './state-root.ts';
import { stillCreating } from './why-not-running.ts';

/** The container's files are its owner's alone; nothing that was put in their place is followed or waited for. */
const PRIVATE = 0o600;
const CAREFULLY = O_NOFOLLOW | O_NONBLOCK;
/** Bytes that one call writes. */
const PIECE = 64 * 1024;

export class StateDirectory {
  readonly path: string;
  readonly id: string;
  readonly #root: string;
  #isRootChecked = false;
  #lock: number | undefined;

  constructor(root: string, id: string) {
    this.#root = root;
    this.id = id;
    this.path = join(root, id);
  }

  #checkRoot(): void {
    if (!this.#isRootChecked) checkStateRoot(this.#root);
    this.#isRootChecked = true;
  }

  exists(): boolean {
    return lstatSync(this.path) !== undefined;
  }

  /**
   * Takes the id: makes the directory, which only one creator can, and locks it.
   *
   * @throws RuntimeError `exists`
   */
  claim(): void {
    makeStateRoot(this.#root);
    this.#isRootChecked = true;
    try {
      mkdirSync(this.path, { mode: 0o700 });
    } catch (error) {
      throw isError(error, 'EEXIST') ? taken(this.id) : error;
    }
    this.#hold(this.#makeLock());
  }

  /** Takes nothing. @throws RuntimeError `exists` */
  refuseTaken(): void {
    if (this.exists()) throw taken(this.id);
  }

  /**
   * Waits for whoever works on this container. The lock is the kernel's (flock(2)): it dies with its holder.
   *
   * @param refusal for a container that is being created, which may take as long as its hooks; without, that is waited for
   * @throws RuntimeError `not-found`; `state` if this is no container of ours, or the lock is not a file
   */
  lock(refusal?: string): void {
    this.#checkRoot();
    const fd = this.#openLock();
    if (attempt(flock(fd, LOCK_EX | LOCK_NB)) < 0) {
      if (refusal !== undefined) this.#refuseCreating(refusal);
      perform(flock(fd, LOCK_EX));
    }
    this.#keep(fd);
  }

  #refuseCreating(refusal: string): void {
    const found = this.find();
    if (found.kind !== 'record' || found.record.phase !== 'creating') return;
    throw new RuntimeError('state', refusal, { hint: stillCreating });
  }

  /** Locks the directory itself: for a container whose lock is not a file, so that no process can hold it. */
  lockWithoutFile(): void {
    this.#hold(openSync(this.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  }

  #openLock(): number {
    try {
      return openLock(this.path);
    } catch (error) {
      if (!isError(error, 'ENOENT', 'ENOTDIR', 'EACCES'))
        throw damaged(this.path, this.id, LOCK, unreadable(error));
    }
    // Nothing is put into a directory that is not ours, or that we may not look into.
    const found = this.find();
    if (found.kind === 'not ours') throw found.error;
    return this.#makeLock();
  }

  #makeLock(): number {
    try {
      return openLock(this.path, O_CREAT);
    } catch (error) {
      throw isError(error, 'ENOENT') ? notFound() : error;
    }
  }

  #hold(fd: number): void {
    perform(flock(fd, LOCK_EX));
    this.#keep(fd);
  }

  #keep(fd: number): void {
    const status = fstatSync(fd);
    // Another holder may have deleted the container meanwhile: then this is the lock of nothing.
    if (status.nlink === 0) {
      closeSync(fd);
      throw notFound();
    }
    if (!status.isFile() && !status.isDirectory())
      throw damaged(this.path, this.id, LOCK, 'is not a regular file');
    this.#lock = fd;
  }

  /** Whether another process holds the lock right now. */
  isLocked(): boolean {
    if (this.#lock !== undefined) return false;
    let fd: number;
    try {
      fd = openLock(this.path);
    } catch {
      return false; // No process can hold a lock that does not exist.
    }
    try {
      return attempt(flock(fd, LOCK_EX | LOCK_NB)) < 0;
    } finally {
      closeSync(fd);
    }
  }

  unlock(): void {
    if (this.#lock !== undefined) closeSync(this.#lock);
    this.#lock = undefined;
  }

  [Symbol.dispose](): void {
    this.unlock();
  }

  /**
   * By the container's creator, who has claimed the directory. The copy in the lock survives damage to the record; what
   * `delete` needs does not change afterwards.
   */
  write(record: StateRecord): void {
    const bytes = seal(record);
    this.#replace(RECORD, bytes);
    // It never becomes shorter: the process is added to it.
    if (record.phase === 'creating' && this.#lock !== undefined) writeAt(this.#lock, bytes);
  }

  /** Keeps the configuration as it is now: later edits of the bundle must not matter (runtime.md, Lifecycle). */
  freezeConfig(config: Config): void {
    this.#put(CONFIG, seal(config));
  }

  /** What `update` has changed is what later commands start from. */
  replaceConfig(config: Config): void {
    this.#replace(CONFIG, seal(config));
  }

  /** @throws RuntimeError `state` if it is damaged */
  readConfig(): Config {
    const config = unseal(this.#read(CONFIG));
    if (config === undefined) throw this.#changed(CONFIG);
    return config as Config;
  }

  /** Keeps the compiled seccomp filter: `start` and `exec` need no library. */
  writeFilter(program: Uint8Array): void {
    this.#put(FILTER, program);
  }

  /** @param expected its checksum @throws RuntimeError `state` if it is damaged */
  readFilter(expected: string | undefined): Uint8Array {
    const program = this.#read(FILTER);
    if (checksum(program) !== expected) throw this.#changed(FILTER);
    return program;
  }

  #read(name: string): Uint8Array {
    try {
      return readStateFile(this.path, name);
    } catch (error) {
      throw damaged(this.path, this.id, name, unreadable(error));
    }
  }

  #changed(name: string): RuntimeError {
    return damaged(this.path, this.id, name, 'does not have the checksum that tsrun gave it');
  }

  #replace(name: string, content: Uint8Array): void {
    this.#put(`${name}${NEW}`, content);
    const path = join(this.path, name);
    renameSync(`${path}${NEW}`, path);
  }

  #put(name: string, content: Uint8Array): void {
    const path = join(this.path, name);
    writeAndClose(openSync(path, O_WRONLY | O_CREAT | O_TRUNC | CAREFULLY, PRIVATE), content);
  }

  /** @throws RuntimeError `not-found` */
  find(): Found {
    this.#checkRoot();
    return findRecord(this.path, this.id);
  }

  /**
   * @returns undefined if the creator was stopped before it wrote anything
   * @throws RuntimeError `not-found`; `state` for a record that is damaged or not ours
   */
  read(): StateRecord | undefined {
    const found = this.find();
    if (found.kind === 'damaged' || found.kind === 'not ours') throw found.error;
    return found.kind === 'record' ? found.record : undefined;
  }

  /** Whoever wants the lock meanwhile may make its file anew: then it is not empty, and emptied again. */
  remove(): void {
    for (let tries = 1; ; tries++) {
      try {
        removeTree(this.path);
        return;
      } catch (error) {
        if (!isError(error, 'ENOTEMPTY') || tries === 20) throw error;
      }
    }
  }
}

/** In pieces: annotations and variables may take more than one call has room for. */
function writeAt(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += PIECE) perform(pwrite64(fd, bytes.subarray(at, at + PIECE), at));
}

function openLock(directory: string, flags = 0): number {
  return openSync(join(directory, LOCK), O_RDWR | CAREFULLY | flags, PRIVATE);
}

function isError(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? '');
}
