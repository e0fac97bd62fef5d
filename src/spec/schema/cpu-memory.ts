/** `linux.resources.memory`, `linux.resources.cpu`: config-linux.md, sections Memory and CPU. */

import { Type } from '@sinclair/typebox';
import { Int64, Uint64 } from './values.ts';

/** Bytes; -1 is "no limit". */
export const Memory = Type.Object({
  limit: Type.Optional(Int64),
  reservation: Type.Optional(Int64),
  swap: Type.Optional(Int64),
  kernel: Type.Optional(Int64),
  kernelTCP: Type.Optional(Int64),
  swappiness: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  disableOOMKiller: Type.Optional(Type.Boolean()),
  useHierarchy: Type.Optional(Type.Boolean()),
  checkBeforeUpdate: Type.Optional(Type.Boolean()),
});

/** Microseconds, where it is a time. */
export const Cpu = Type.Object({
  shares: Type.Optional(Uint64),
  quota: Type.Optional(Int64),
  burst: Type.Optional(Uint64),
  period: Type.Optional(Uint64),
  realtimeRuntime: Type.Optional(Int64),
  realtimePeriod: Type.Optional(Uint64),
  cpus: Type.Optional(Type.String()),
  mems: Type.Optional(Type.String()),
  idle: Type.Optional(Int64),
});
