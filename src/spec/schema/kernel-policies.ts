/** `linux.intelRdt`, `linux.memoryPolicy`, `linux.personality`: config-linux.md, the sections of these names. */

import { Type } from '@sinclair/typebox';
import { choice, Strings } from './values.ts';

export const IntelRdt = Type.Object({
  closID: Type.Optional(Type.String()),
  schemata: Type.Optional(Strings),
  l3CacheSchema: Type.Optional(Type.String()),
  memBwSchema: Type.Optional(Type.String()),
  enableMonitoring: Type.Optional(Type.Boolean()),
  /** Spec 1.1 and 1.2. */
  enableCMT: Type.Optional(Type.Boolean()),
  enableMBM: Type.Optional(Type.Boolean()),
});

const MemoryPolicyMode = choice([
  'MPOL_DEFAULT',
  'MPOL_BIND',
  'MPOL_INTERLEAVE',
  'MPOL_WEIGHTED_INTERLEAVE',
  'MPOL_PREFERRED',
  'MPOL_PREFERRED_MANY',
  'MPOL_LOCAL',
]);

const MemoryPolicyFlag = choice(['MPOL_F_NUMA_BALANCING', 'MPOL_F_RELATIVE_NODES', 'MPOL_F_STATIC_NODES']);

/** set_mempolicy(2). */
export const MemoryPolicy = Type.Object({
  mode: MemoryPolicyMode,
  nodes: Type.Optional(Type.String()),
  flags: Type.Optional(Type.Array(MemoryPolicyFlag)),
});

/** personality(2). */
export const Personality = Type.Object({
  domain: choice(['LINUX', 'LINUX32']),
  flags: Type.Optional(Strings),
});
