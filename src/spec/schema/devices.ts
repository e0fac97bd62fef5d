/** `linux.devices[]`, `linux.netDevices`: config-linux.md, sections Devices and Network Devices. */

import { Type } from '@sinclair/typebox';
import { choice, DeviceNumber, Id, mapOf, Uint32 } from './values.ts';

export const Device = Type.Object({
  type: choice(['c', 'b', 'u', 'p']),
  path: Type.String(),
  /** Not for `p`, a FIFO. */
  major: Type.Optional(DeviceNumber),
  minor: Type.Optional(DeviceNumber),
  fileMode: Type.Optional(Uint32),
  uid: Type.Optional(Id),
  gid: Type.Optional(Id),
});

/** Host interface → its name in the container. */
export const NetDevices = mapOf(Type.Object({ name: Type.Optional(Type.String()) }));
