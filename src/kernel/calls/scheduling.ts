/** Calls on how the kernel treats a process: processor time, processors, disk, memory, execution domain. */
import { type Call, call } from '../call.ts';
import { IOPRIO_CLASS_SHIFT, IOPRIO_WHO_PROCESS } from '../constants/scheduling.ts';

/** struct sched_attr of kernel 5.3; older kernels take it where what they do not know is 0. */
const SCHED_ATTR_SIZE = 56;

export interface SchedAttr {
  /** `SCHED_*` */
  readonly policy: number;
  /** `SCHED_FLAG_*` */
  readonly flags: number;
  readonly nice: number;
  readonly priority: number;
  /** Nanoseconds. */
  readonly runtime: bigint;
  readonly deadline: bigint;
  readonly period: bigint;
}

/** sched_setattr(2), kernel 3.14. @param pid 0 is the caller */
export function schedSetattr(pid: number, attr: SchedAttr): Call {
  const memory = new Uint8Array(SCHED_ATTR_SIZE);
  const view = new DataView(memory.buffer);
  view.setUint32(0, SCHED_ATTR_SIZE, true);
  view.setUint32(4, attr.policy, true);
  view.setBigUint64(8, BigInt(attr.flags), true);
  view.setInt32(16, attr.nice, true);
  view.setUint32(20, attr.priority, true);
  view.setBigUint64(24, attr.runtime, true);
  view.setBigUint64(32, attr.deadline, true);
  view.setBigUint64(40, attr.period, true);
  return call('sched_setattr', pid, memory, 0);
}

/** sched_setaffinity(2) of the caller. @param cpus a bit per processor, lowest first, in whole 64-bit words */
export function schedSetaffinity(cpus: Uint8Array): Call {
  return call('sched_setaffinity', 0, cpus.length, cpus);
}

/** ioprio_set(2). @param pid 0 is the caller */
export function ioprioSet(pid: number, ioClass: number, priority: number): Call {
  return call('ioprio_set', IOPRIO_WHO_PROCESS, pid, (ioClass << IOPRIO_CLASS_SHIFT) | priority);
}

/**
 * set_mempolicy(2) of the caller.
 *
 * @param mode `MPOL_*`, with `MPOL_F_*`
 * @param nodes a bit per node, lowest first, in whole 64-bit words; empty for none
 */
export function setMempolicy(mode: number, nodes: Uint8Array): Call {
  if (nodes.length === 0) return call('set_mempolicy', mode, 0, 0);
  // The kernel counts one less than it is told.
  return call('set_mempolicy', mode, nodes, nodes.length * 8 + 1);
}

/** personality(2) of the caller. */
export function personality(persona: number): Call {
  return call('personality', persona);
}
