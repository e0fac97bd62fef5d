/** `linux.namespaces[]`, `linux.timeOffsets`: config-linux.md, section Namespaces. */

import { Type } from '@sinclair/typebox';
import { choice, Int64, Uint32 } from './values.ts';

export const NamespaceType = choice(['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time']);

export const Namespace = Type.Object({
  type: NamespaceType,
  /** Absent: a new one. */
  path: Type.Optional(Type.String()),
});

export const TimeOffset = Type.Object({
  secs: Type.Optional(Int64),
  nanosecs: Type.Optional(Uint32),
});

export const TimeOffsets = Type.Object({
  monotonic: Type.Optional(TimeOffset),
  boottime: Type.Optional(TimeOffset),
});
