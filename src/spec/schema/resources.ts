/** `linux.resources`: config-linux.md, section Control groups. */

import { Type } from '@sinclair/typebox';
import { BlockIo } from './block-io.ts';
import { Cpu, Memory } from './cpu-memory.ts';
import { choice, DeviceNumber, Int64, mapOf, Uint32, Uint64 } from './values.ts';

export const DeviceRule = Type.Object({
  allow: Type.Boolean(),
  /** Absent: all kinds. */
  type: Type.Optional(choice(['a', 'c', 'b'])),
  /** Absent or -1: any. */
  major: Type.Optional(DeviceNumber),
  minor: Type.Optional(DeviceNumber),
  /** Some of `r`, `w`, `m`. */
  access: Type.Optional(Type.String()),
});

const HugepageLimit = Type.Object({
  pageSize: Type.String(),
  limit: Uint64,
});

const Network = Type.Object({
  classID: Type.Optional(Uint32),
  priorities: Type.Optional(Type.Array(Type.Object({ name: Type.String(), priority: Uint32 }))),
});

const Rdma = Type.Object({
  hcaHandles: Type.Optional(Uint32),
  hcaObjects: Type.Optional(Uint32),
});

export const Resources = Type.Object({
  devices: Type.Optional(Type.Array(DeviceRule)),
  memory: Type.Optional(Memory),
  cpu: Type.Optional(Cpu),
  pids: Type.Optional(Type.Object({ limit: Type.Optional(Int64) })),
  blockIO: Type.Optional(BlockIo),
  hugepageLimits: Type.Optional(Type.Array(HugepageLimit)),
  network: Type.Optional(Network),
  rdma: Type.Optional(mapOf(Rdma)),
  unified: Type.Optional(mapOf(Type.String())),
});
