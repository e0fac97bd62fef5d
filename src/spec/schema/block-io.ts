/** `linux.resources.blockIO`: config-linux.md, section Block IO. */

import { Type } from '@sinclair/typebox';
import { DeviceNumber, Uint16, Uint64 } from './values.ts';

const WeightDevice = Type.Object({
  major: DeviceNumber,
  minor: DeviceNumber,
  weight: Type.Optional(Uint16),
  leafWeight: Type.Optional(Uint16),
});

/** Bytes or operations per second. */
const ThrottleDevices = Type.Optional(
  Type.Array(Type.Object({ major: DeviceNumber, minor: DeviceNumber, rate: Uint64 })),
);

export const BlockIo = Type.Object({
  weight: Type.Optional(Uint16),
  leafWeight: Type.Optional(Uint16),
  weightDevice: Type.Optional(Type.Array(WeightDevice)),
  throttleReadBpsDevice: ThrottleDevices,
  throttleWriteBpsDevice: ThrottleDevices,
  throttleReadIOPSDevice: ThrottleDevices,
  throttleWriteIOPSDevice: ThrottleDevices,
});
