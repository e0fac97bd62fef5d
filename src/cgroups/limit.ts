/**
 * A limit as what it comes to: one write into one file of the container's cgroup. The files of a controller say which
 * writes its fields ask for; nothing here touches the kernel.
 */
import type { Resources } from '../spec/types.ts';

/** The names are the kernel's, cgroups(7); version 2 calls `blkio` `io`. */
export type ControllerName =
  | 'memory'
  | 'cpu'
  | 'cpuset'
  | 'pids'
  | 'blkio'
  | 'io'
  | 'hugetlb'
  | 'net_cls'
  | 'net_prio'
  | 'rdma'
  | 'misc'
  | (string & {});

export interface LimitWrite {
  readonly controller: ControllerName;
  readonly file: string;
  readonly text: string;
  /** JSON pointer of the field that asks for it, below linux.resources: `/memory/limit`. */
  readonly field: string;
  /** A noun that fits behind "set the": `memory limit`. */
  readonly limit: string;
  /** Done instead where this kernel does not have the file. */
  readonly otherwise?: LimitWrite;
  /** The file's absence says that what is asked for holds already. */
  readonly mayBeMissing?: true;
  /**
   * Not before the container has a process. `cloned`: once its first process is there, for making it takes a process,
   * too. `mounted`: once that has mounted everything.
   */
  readonly late?: 'cloned' | 'mounted';
  /** What undoes it, from the file's content before; unless stated, that content. */
  readonly restore?: (before: string) => readonly string[];
}

/**
 * The content of a file of the cgroup, as far as there is a cgroup: undefined for one that is yet to be made.
 */
export type Current = (file: string) => string | undefined;

export const nothingYet: Current = () => undefined;

/**
 * What the fields of one controller come to, in the order of writing.
 *
 * @throws RuntimeError `config`, `cgroup` where a value cannot be had on this version of cgroups
 */
export type ControllerLimits = (resources: Resources, current: Current) => readonly LimitWrite[];

/** Zero is "not set" for the fields of which runc has it so: engines write it for what nobody asked for. */
export function isSet(value: number | bigint | undefined): value is number | bigint {
  return value !== undefined && Number(value) !== 0;
}

/** -1 is the kernel's `max`. */
export function orMax(value: number | bigint): string {
  return Number(value) < 0 ? 'max' : `${value}`;
}

/** A file with one line per device: what was said of this one before, or else what takes it out again. */
export function restoreLine(key: string, none: string): (before: string) => readonly string[] {
  return (before) => [before.split('\n').find((line) => line.startsWith(`${key} `)) ?? `${key} ${none}`];
}
