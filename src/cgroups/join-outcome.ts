/** What joining the cgroups has come to, for those who carry on with the container or take it apart. */
import { rmdirSync } from '../kernel/file-system.ts';

/** What the executed steps found out. */
export interface JoinOutcome {
  /** Paths that the kernel refused an ordinary user: the container goes on without. */
  readonly refused: Set<string>;
  /** The cgroup is somebody else's. Neither it nor the processes in it are ours to take away. */
  occupied: boolean;
}

/** A directory that could be made, but not entered, is of no use. */
export function refuse(path: string, { refused }: JoinOutcome): void {
  refused.add(path);
  removeEmpty(path);
}

/** Where it is in use, it stays. */
export function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Never made, or in use.
  }
}
