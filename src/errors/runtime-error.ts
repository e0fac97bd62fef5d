/**
 * The one error class of the project. Every layer that knows more than the one below wraps with its own
 * action (`cause`); the top (cli) prints it once.
 *
 * Grammar of a message: action, the thing in quotes, call, errno; lower case, no full stop:
 * `cannot mount "proc" at "/proc": fsmount: EPERM (operation not permitted)`.
 */

/** Closed set: scripts and engines may match on it (`code` in the JSON log). */
export type ErrorCode =
  | 'usage' // the command line
  | 'config' // config.json, process.json: see `findings`
  | 'unsupported' // asked for, valid, and not implemented by this version
  | 'not-found' // no such container
  | 'exists' // id taken
  | 'state' // wrong state for the command
  | 'bundle' // bundle or rootfs missing or unusable
  | 'executable' // the container's command cannot be executed
  | 'rootless' // id maps, helpers, sysctls an ordinary user needs
  | 'overlay'
  | 'cgroup'
  | 'hook'
  | 'system' // a system call failed; see `call`, `errno`
  | 'internal';

export interface ErrorDetails {
  readonly cause?: unknown;
  /** JSON pointer of the config field that asked for what failed, e.g. `/mounts/3/source`. */
  readonly pointer?: string;
  /** The file the pointer is in. */
  readonly file?: string;
  /** Where in that file; both count from 1. */
  readonly line?: number;
  readonly column?: number;
  /** What the reader can do about it: one sentence or a command. */
  readonly hint?: string;
  /** The system call, e.g. `fsmount`. */
  readonly call?: string;
  /** Symbolic errno, e.g. `EPERM`. */
  readonly errno?: string;
  /** The plan's step, e.g. `mount /proc`. */
  readonly step?: string;
  /** Problems of a config, all of them at once. */
  readonly findings?: readonly Finding[];
}

/** One problem in a configuration file. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** JSON pointer, RFC 6901. */
  readonly pointer: string;
  readonly found: string;
  readonly expected: string;
  readonly hint?: string;
}

export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}
