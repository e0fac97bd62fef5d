/**
 * The directory of one container below `--root`: its record, the frozen configuration, the lock, and the socket
 * that a created container waits on.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { flock } from '../kernel/calls/file.ts';
import { LOCK_EX, LOCK_NB, O_CREAT, O_RDWR } from '../kernel/constants/file.ts';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readBytesSync,
  readFileSync,
  removeTree,
  renameSync,
  statSync,
  writeFileSync,
} from '../kernel/file-system.ts';
import { attempt, perform } from '../kernel/local.ts';
import { join } from '../kernel/path.ts';
import { parseJson, stringifyJson } from '../spec/parse-json.ts';
import type { Config } from '../spec/types.ts';
import type { StateRecord } from './state-record.ts';
import { checkStateRoot, makeStateRoot } from './state-root.ts';

export const INIT_SOCKET = 'init.sock';
const CONFIG = 'config.json';
const FILTER = 'seccomp.bpf';
const LOCK = 'lock';
const RECORD = 'state.json';

export class StateDirectory {
  readonly path: string;
  readonly #root: string;
  #isRootChecked = false;
  #lock: number | undefined;

  constructor(root: string, id: string) {
    this.#root = root;
    this.path = join(root, id);
  }

  get #configFile(): string {
    return join(this.path, CONFIG);
  }

  #checkRoot(): void {
    if (!this.#isRootChecked) checkStateRoot(this.#root);
    this.#isRootChecked = true;
  }

  get #filterFile(): string {
    return join(this.path, FILTER);
  }

  exists(): boolean {
    return statSync(this.path) !== undefined;
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
      throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? taken() : error;
    }
    this.lock();
  }

  /** Takes nothing. @throws RuntimeError `exists` */
  refuseTaken(): void {
    if (this.exists()) throw taken();
  }

  /** Waits for whoever works on this container. The lock is the kernel's (flock(2)): it dies with its holder. */
  lock(): void {
    this.#checkRoot();
    const fd = openLock(this.path);
    perform(flock(fd, LOCK_EX));
    // Another holder may have deleted the container meanwhile: then this is the lock of nothing.
    if (fstatSync(fd).nlink === 0) {
      closeSync(fd);
      throw notFound();
    }
    this.#lock = fd;
  }

  /** Whether another process holds the lock right now. */
  isLocked(): boolean {
    const fd = openLock(this.path);
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

  write(record: StateRecord): void {
    this.#replace(RECORD, stringifyJson(record));
  }

  /** Keeps the configuration as it is now: later edits of the bundle must not matter (runtime.md, Lifecycle). */
  freezeConfig(config: Config): void {
    writeFileSync(this.#configFile, stringifyJson(config), { mode: 0o600 });
  }

  /** What `update` has changed is what later commands start from. */
  replaceConfig(config: Config): void {
    this.#replace(CONFIG, stringifyJson(config));
  }

  readConfig(): Config {
    return parseJson(readFileSync(this.#configFile, 'utf8')) as Config;
  }

  /** Keeps the compiled seccomp filter: `start` and `exec` need no library. */
  writeFilter(program: Uint8Array): void {
    writeFileSync(this.#filterFile, program, { mode: 0o600 });
  }

  readFilter(): Uint8Array {
    return readBytesSync(this.#filterFile);
  }

  #replace(name: string, content: string | Uint8Array): void {
    const path = join(this.path, name);
    writeFileSync(`${path}.new`, content, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  /** @returns undefined where the creator was stopped before it wrote anything @throws RuntimeError `not-found` */
  read(): StateRecord | undefined {
    this.#checkRoot();
    try {
      return parseJson(readFileSync(join(this.path, RECORD), 'utf8')) as StateRecord;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw corrupt(this.path, error);
      if (!this.exists()) throw notFound();
      return undefined;
    }
  }

  /** Whoever wants the lock meanwhile may make its file anew: then it is not empty, and emptied again. */
  remove(): void {
    for (let tries = 1; ; tries++) {
      try {
        removeTree(this.path);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || tries === 20) throw error;
      }
    }
  }
}

/** @throws RuntimeError `not-found` where the directory is gone */
function openLock(directory: string): number {
  try {
    return openSync(join(directory, LOCK), O_RDWR | O_CREAT, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw notFound();
    throw error;
  }
}

function taken(): RuntimeError {
  return new RuntimeError('exists', 'container with given ID already exists', {
    hint: 'choose another id, or remove the container: tsrun delete --force ID',
  });
}

export function notFound(): RuntimeError {
  return new RuntimeError('not-found', 'container does not exist', {
    hint: 'tsrun list shows the containers of this --root',
  });
}

function corrupt(directory: string, cause: unknown): RuntimeError {
  return new RuntimeError('state', `cannot read the state of the container in "${directory}"`, {
    cause,
    hint: 'tsrun delete --force removes what is left of it',
  });
}
