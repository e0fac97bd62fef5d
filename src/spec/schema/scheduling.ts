/** `process.scheduler`, `process.ioPriority`, `process.execCPUAffinity`: config.md, section Linux Process. */

import { Type } from '@sinclair/typebox';
import { choice, Int32, Uint64 } from './values.ts';

const SchedulerPolicy = choice([
  'SCHED_OTHER',
  'SCHED_FIFO',
  'SCHED_RR',
  'SCHED_BATCH',
  'SCHED_ISO',
  'SCHED_IDLE',
  'SCHED_DEADLINE',
]);

const SchedulerFlag = choice([
  'SCHED_FLAG_RESET_ON_FORK',
  'SCHED_FLAG_RECLAIM',
  'SCHED_FLAG_DL_OVERRUN',
  'SCHED_FLAG_KEEP_POLICY',
  'SCHED_FLAG_KEEP_PARAMS',
  'SCHED_FLAG_UTIL_CLAMP_MIN',
  'SCHED_FLAG_UTIL_CLAMP_MAX',
]);

/** sched_setattr(2). */
export const Scheduler = Type.Object({
  policy: SchedulerPolicy,
  nice: Type.Optional(Int32),
  priority: Type.Optional(Int32),
  flags: Type.Optional(Type.Array(SchedulerFlag)),
  runtime: Type.Optional(Uint64),
  deadline: Type.Optional(Uint64),
  period: Type.Optional(Uint64),
});

/** ioprio_set(2). */
export const IoPriority = Type.Object({
  class: choice(['IOPRIO_CLASS_RT', 'IOPRIO_CLASS_BE', 'IOPRIO_CLASS_IDLE']),
  priority: Type.Optional(Int32),
});

/** sched_setaffinity(2); lists such as `0-3,7`. */
export const CpuAffinity = Type.Object({
  initial: Type.Optional(Type.String()),
  final: Type.Optional(Type.String()),
});
