/** What the bench and its workers send each other: one request, one answer, over Node's IPC channel. */

/** Commands that are measured on a container that keeps running, one command per sample. */
export type SingleCommand =
  | 'exec'
  | 'exec-tty'
  | 'state'
  | 'kill'
  | 'list'
  | 'ps'
  | 'events'
  | 'update'
  | 'features'
  | 'version'
  | 'help';

/** Commands whose instructions callgrind counts. */
export const countedCommands = ['create', 'run', 'exec', 'start', 'state', 'delete'] as const;
export type CountedCommand = (typeof countedCommands)[number];

/** What a worker measures, in its own namespaces and as its own user. */
export type Task =
  | SingleCommand
  | `count-${CountedCommand}`
  /** `run` of a program that ends at once. */
  | 'run'
  /** `create`, `start`, and, when the process has ended, `delete`. */
  | 'lifecycle'
  /** `pause`, then `resume`. */
  | 'pause'
  /** `delete --force` of a running container, of one that was not started, and of one with 100 processes. */
  | 'forced'
  /** `run` without and with limits of memory, cpu and processes, and a device rule. */
  | 'limits'
  /** `run` without and with Docker's seccomp profile. */
  | 'filter'
  | 'parallel'
  /** `podman run` of the same program. */
  | 'podman'
  /** `run` with the runtime's own files dropped from the page cache. */
  | 'cold'
  /** The driver's own share: an empty static program. */
  | 'empty'
  /** Largest resident set of any process of one `run`. */
  | 'peak-memory'
  /** Creates a container and leaves it: its pid, and the cgroups of it and of the worker. */
  | 'create'
  /** Deletes it. */
  | 'discard'
  /** Begins a `run` in the foreground: pids of the runtime and of the container. */
  | 'foreground'
  /** Ends it. */
  | 'leave'
  /** Starts the containers that single commands need; `stop` deletes them. */
  | 'serve'
  | 'stop';

/** Milliseconds, bytes, counts or text, by part. */
export type Sample = Readonly<Record<string, number | string>>;

export type Answer = { readonly sample: Sample } | { readonly error: string };

/** Directories. */
export interface Bundles {
  /** Runs /bin/true. */
  readonly once: string;
  /** The same with limits. */
  readonly limited: string;
  /** The same with Docker's seccomp profile. */
  readonly filtered: string;
  /** The same without rlimits, which valgrind refuses to set. */
  readonly counted: string;
  /** Sleeps. */
  readonly service: string;
  /** Sleeps, without rlimits. */
  readonly countedService: string;
  /** One hundred processes that sleep. */
  readonly crowd: string;
}

export interface PodmanCommand {
  readonly command: readonly [string, ...string[]];
  /** In addition to the runtime's environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Valgrind's callgrind, unpacked and not installed. */
export interface Callgrind {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Everything a worker has to know, passed as JSON in its first argument. */
export interface WorkerSetup {
  /** The program and the options before the command. */
  readonly command: readonly [string, ...string[]];
  /** The runtime's state directory, as an absolute path; no other runtime uses it. */
  readonly root: string;
  /** The working directory, which a relative `--root` refers to. */
  readonly directory: string;
  readonly bundles: Bundles;
  /** The runtime's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A directory the worker may write to. */
  readonly scratch: string;
  readonly busybox: string;
  /** The runtime's own files, which are read from the disk again for a cold start. */
  readonly executables: readonly string[];
  readonly podman: PodmanCommand | undefined;
  readonly callgrind: Callgrind | undefined;
  /** The program only runs from a sealed memfd without executing itself again, which callgrind cannot follow. */
  readonly sealed: boolean;
  /** What `busybox time` has to be divided by: before 1.37 it reports four times too much. */
  readonly rssDivisor: number;
}
