/**
 * Starts programs with posix_spawn(3) and waits with wait4(2). Node's spawnSync takes 2 ms longer, which would be part
 * of every sample, and does not report what the child used.
 */
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const posixSpawn = libc.func(
  'int posix_spawn(void *pid, const char *path, void *actions, void *attributes, const char **argv, const char **envp)',
);
const wait4 = libc.func('int wait4(int pid, void *status, int options, void *usage)');
const addOpen = libc.func(
  'int posix_spawn_file_actions_addopen(void *actions, int fd, const char *path, int flags, unsigned int mode)',
);
const actionsInit = libc.func('int posix_spawn_file_actions_init(void *actions)');
const attributesInit = libc.func('int posix_spawnattr_init(void *attributes)');
const setDefaultSignals = libc.func('int posix_spawnattr_setsigdefault(void *attributes, void *set)');
const setFlags = libc.func('int posix_spawnattr_setflags(void *attributes, short flags)');

/** More than the sizes of posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t. */
const OPAQUE = 512;
const POSIX_SPAWN_SETSIGDEF = 4;
const SIGPIPE = 13;
/** struct rusage: two times, fourteen numbers. */
const RUSAGE_SIZE = 16 * 2 + 8 * 14;
/** Where the page faults are that needed no disk. */
const MINOR_FAULTS = 64;

/** Files that a child has as input, output and error output: paths, with the flags of open(2). */
export type Streams = readonly (readonly [path: string, flags: number])[];

export interface Ended {
  readonly pid: number;
  /** The exit status, or 128 and the signal. */
  readonly status: number;
  /** Milliseconds, user and system, of the process and of the children that it waited for. */
  readonly cpu: number;
  readonly faults: number;
}

/** Starts programs whose streams are always the same. */
export class Starter {
  readonly #actions = new Uint8Array(OPAQUE);
  readonly #attributes = new Uint8Array(OPAQUE);
  /** The file actions refer to them. */
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
    actionsInit(this.#actions);
    for (const [fd, [path, flags]] of this.#streams.entries()) addOpen(this.#actions, fd, path, flags, 0);
    attributesInit(this.#attributes);
    // Node ignores SIGPIPE, and a child would inherit that.
    const signals = new Uint8Array(OPAQUE);
    signals[(SIGPIPE - 1) >> 3] = 1 << ((SIGPIPE - 1) & 7);
    setDefaultSignals(this.#attributes, signals);
    setFlags(this.#attributes, POSIX_SPAWN_SETSIGDEF);
  }

  /** @returns the pid @throws Error with the errno if the program cannot be started */
  start(program: string, args: readonly string[], env: readonly string[]): number {
    const pid = new Int32Array(1);
    const argv = [program, ...args, null];
    const errno = posixSpawn(pid, program, this.#actions, this.#attributes, argv, [...env, null]);
    if (errno !== 0) throw new Error(`cannot start ${program}: errno ${errno}`);
    return pid[0] ?? 0;
  }
}

/** Waits for a child, or with -1 for any. */
export function wait(pid: number): Ended {
  const status = new Int32Array(1);
  const usage = new Uint8Array(RUSAGE_SIZE);
  const ended: number = wait4(pid, status, 0, usage);
  const view = new DataView(usage.buffer);
  const number = (offset: number) => Number(view.getBigInt64(offset, true));
  const time = (offset: number) => number(offset) * 1000 + number(offset + 8) / 1000;
  return {
    pid: ended,
    status: exitStatus(status[0] ?? 0),
    cpu: time(0) + time(16),
    faults: number(MINOR_FAULTS),
  };
}

function exitStatus(status: number): number {
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}
