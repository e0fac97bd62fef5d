/** `linux`: config-linux.md. */

import { Type } from '@sinclair/typebox';
import { Device, NetDevices } from './devices.ts';
import { IdMappings } from './id-mappings.ts';
import { IntelRdt, MemoryPolicy, Personality } from './kernel-policies.ts';
import { Namespace, TimeOffsets } from './namespaces.ts';
import { Resources } from './resources.ts';
import { Seccomp } from './seccomp.ts';
import { choice, mapOf, Strings } from './values.ts';

export const RootfsPropagation = choice([
  'private',
  'shared',
  'slave',
  'unbindable',
  'rprivate',
  'rshared',
  'rslave',
  'runbindable',
]);

export const Linux = Type.Object({
  namespaces: Type.Optional(Type.Array(Namespace)),
  uidMappings: Type.Optional(IdMappings),
  gidMappings: Type.Optional(IdMappings),
  timeOffsets: Type.Optional(TimeOffsets),
  devices: Type.Optional(Type.Array(Device)),
  netDevices: Type.Optional(NetDevices),
  cgroupsPath: Type.Optional(Type.String()),
  resources: Type.Optional(Resources),
  intelRdt: Type.Optional(IntelRdt),
  memoryPolicy: Type.Optional(MemoryPolicy),
  sysctl: Type.Optional(mapOf(Type.String())),
  seccomp: Type.Optional(Seccomp),
  rootfsPropagation: Type.Optional(RootfsPropagation),
  maskedPaths: Type.Optional(Strings),
  readonlyPaths: Type.Optional(Strings),
  mountLabel: Type.Optional(Type.String()),
  personality: Type.Optional(Personality),
});
