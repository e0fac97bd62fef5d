/**
 * Which process a pid was, when it was written down. The number may be another process's by now, may never have been
 * one of our pid namespace, and /proc may not show the process (proc(5), hidepid).
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { Pidfd } from '../kernel/pidfd.ts';
import { type ProcessStatus, processStatus } from '../kernel/process-status.ts';
import { bootId } from './boot-id.ts';
import { OWN_PROC, ownPidNamespace, procIsOurs } from './own-proc.ts';

export interface ProcessIdentity {
  /** Its number in `pidNamespace`. */
  readonly pid: number;
  /** See `ProcessStatus`; absent if /proc did not show the process. */
  readonly startTime?: string;
  /** See `Pidfd.inode`; absent before Linux 6.9. */
  readonly pidfdInode?: number;
  /** Inode number of the pid namespace that the pid is counted in. */
  readonly pidNamespace?: number;
  /** See `bootId`. */
  readonly boot?: string;
}

/** Which pid namespace and which boot our pids are counted in. */
export function pidScope(): Pick<ProcessIdentity, 'pidNamespace' | 'boot'> {
  const [pidNamespace, boot] = [ownPidNamespace(), bootId()];
  return {
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
    ...(boot === undefined ? {} : { boot }),
  };
}

/**
 * To be called while the process cannot have been reaped, and before it hides itself from /proc.
 *
 * @throws RuntimeError `system` if nothing tells the process from later ones with the same number
 */
export function identify(pid: number): ProcessIdentity {
  using pidfd = Pidfd.open(pid);
  const startTime = visibleStatus(pid)?.startTime;
  const pidfdInode = pidfd?.isUnique ? pidfd.inode : undefined;
  if (startTime === undefined && pidfdInode === undefined) {
    throw new RuntimeError('system', `cannot read the start time of process ${pid}: ${whyHidden()}`, {
      hint: `it identifies the process until it ends; ${howToShow()}, or use Linux 6.9, which does without`,
    });
  }
  return {
    pid,
    ...(startTime === undefined ? {} : { startTime }),
    ...(pidfdInode === undefined ? {} : { pidfdInode }),
    ...pidScope(),
  };
}

/** A process that has been verified to be the one that was written down. */
export class IdentifiedProcess implements Disposable {
  readonly pidfd: Pidfd;
  /** When it was opened; undefined if /proc does not show it. */
  readonly status: ProcessStatus | undefined;

  constructor(pidfd: Pidfd, status: ProcessStatus | undefined) {
    this.pidfd = pidfd;
    this.status = status;
  }

  /** As we see it. */
  get pid(): number {
    return this.pidfd.pid;
  }

  /**
   * What is read from /proc by its number.
   *
   * @returns undefined if the process has ended meanwhile: then it may be another one's
   */
  read<T>(read: () => T): T | undefined {
    const result = read();
    return this.pidfd.hasEnded() ? undefined : result;
  }

  [Symbol.dispose](): void {
    this.pidfd[Symbol.dispose]();
  }
}

export function isOfOtherBoot({ boot }: ProcessIdentity): boolean {
  return boot !== undefined && bootId() !== undefined && bootId() !== boot;
}

/** Whether the pid is counted in a pid namespace that is not ours. */
export function isOfOtherNamespace({ pidNamespace }: ProcessIdentity): boolean {
  return pidNamespace !== undefined && pidNamespace !== ownPidNamespace();
}

/**
 * Opens the process by its number, which has to be of our pid namespace.
 *
 * @returns undefined if the process has ended
 * @throws RuntimeError `state` if it cannot be told from another one with the same number
 */
export function openIdentified(identity: ProcessIdentity): IdentifiedProcess | undefined {
  const pidfd = identity.pid > 0 ? Pidfd.open(identity.pid) : undefined;
  if (!pidfd) return undefined;
  try {
    // After it was opened: as long as the pidfd's process has not ended, its number is no other's.
    const status = visibleStatus(identity.pid);
    if (isSame(identity, pidfd, status) && !pidfd.hasEnded()) return new IdentifiedProcess(pidfd, status);
  } catch (error) {
    pidfd[Symbol.dispose]();
    throw error;
  }
  pidfd[Symbol.dispose]();
  return undefined;
}

function isSame(identity: ProcessIdentity, pidfd: Pidfd, status: ProcessStatus | undefined): boolean {
  const { pidfdInode, startTime } = identity;
  if (pidfdInode !== undefined && pidfd.inode !== pidfdInode) return false;
  if (status && startTime !== undefined) return status.startTime === startTime;
  // Reaped before its status was read.
  if (pidfd.hasEnded()) return false;
  if (pidfdInode !== undefined) return !isOfOtherBoot(identity);
  throw unverifiable(identity);
}

function unverifiable({ pid }: ProcessIdentity): RuntimeError {
  return new RuntimeError('state', `cannot tell whether process ${pid} is the container's: ${whyHidden()}`, {
    hint: `its start time has to be compared; ${howToShow()}, or repeat the command as root`,
  });
}

/** What /proc says of the process with this number in our pid namespace. */
export function visibleStatus(pid: number): ProcessStatus | undefined {
  return procIsOurs() ? processStatus(pid) : undefined;
}

function whyHidden(): string {
  return procIsOurs() ? '"/proc" does not show it' : '"/proc" is that of another pid namespace';
}

function howToShow(): string {
  return procIsOurs() ? 'mount /proc without hidepid: mount -o remount,hidepid=0 /proc' : `use ${OWN_PROC}`;
}
