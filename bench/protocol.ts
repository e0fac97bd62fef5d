/** What the bench and its workers say to each other: one request, one answer, over Node's IPC channel. */

/** What a worker measures; all of it happens in the worker's namespaces and as its user. */
export type Task =
  /** `run` of a program that ends at once. */
  | 'run'
  /** `create`, `start`, and, when the process has ended, `delete`. */
  | 'lifecycle'
  | 'exec'
  | 'state'
  /** A signal that nobody minds. */
  | 'kill'
  /** `run` with the executables thrown out of the page cache. */
  | 'cold'
  /** `podman run` of the same program. */
  | 'podman'
  | 'sequence'
  | 'parallel'
  /** `run` of a program that ends at once, without and with limits of memory, cpu and processes, and a device rule. */
  | 'limits'
  /** The same with one device rule alone. */
  | 'rules'
  /** The same with Docker's seccomp profile alone. */
  | 'filter'
  /** `delete --force` of a container that runs, one that was not started, and one with 100 processes. */
  | 'forced'
  /** The driver's own share: an empty static program. */
  | 'empty'
  /** Largest resident set of any process of one `run`. */
  | 'peak-memory'
  /** Leaves a created container behind: its pid, and in how many cgroup hierarchies it has a cgroup of its own. */
  | 'create'
  /** Deletes it. */
  | 'discard'
  /** Starts the container for `exec` and `state`; `stop` deletes it. */
  | 'serve'
  | 'stop';

/** Milliseconds, bytes, or text (of `create`), by part. */
export type Sample = Readonly<Record<string, number | string>>;

export type Answer = { readonly sample: Sample } | { readonly error: string };

/** Directories. */
export interface Bundles {
  /** Runs /bin/true. */
  readonly once: string;
  /** The same with limits. */
  readonly limited: string;
  /** The same with a device rule. */
  readonly ruled: string;
  /** The same with Docker's seccomp profile. */
  readonly filtered: string;
  /** Sleeps. */
  readonly service: string;
  /** One hundred processes that sleep. */
  readonly crowd: string;
}

export interface PodmanCommand {
  readonly command: readonly [string, ...string[]];
  /** Besides what runtimes get. */
  readonly env: Readonly<Record<string, string>>;
}

/** All that a worker has to know, handed over as JSON in its first argument. */
export interface WorkerSetup {
  /** The program and the options before the command. */
  readonly command: readonly [string, ...string[]];
  /** The runtime's state directory, which nobody else uses. */
  readonly root: string;
  readonly bundles: Bundles;
  /** The runtime's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A directory the worker may write to. */
  readonly scratch: string;
  readonly busybox: string;
  /** What is to be read from the disk again for a cold start; nothing where others use it too. */
  readonly executables: readonly string[];
  readonly podman: PodmanCommand | undefined;
  /** What `busybox time` has to be divided by: before 1.37 it says four times too much. */
  readonly rssDivisor: number;
}
