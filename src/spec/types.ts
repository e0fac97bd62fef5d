/** The static types of config.json, taken from the schema. Type-only: nothing of TypeBox is in the program. */

import type { Static } from '@sinclair/typebox';
import type * as capabilities from './schema/capabilities.ts';
import type * as config from './schema/config.ts';
import type * as devices from './schema/devices.ts';
import type * as hooks from './schema/hooks.ts';
import type * as mappings from './schema/id-mappings.ts';
import type * as policies from './schema/kernel-policies.ts';
import type * as linux from './schema/linux.ts';
import type * as mount from './schema/mount.ts';
import type * as namespaces from './schema/namespaces.ts';
import type * as process from './schema/process.ts';
import type * as resources from './schema/resources.ts';
import type * as rlimit from './schema/rlimit.ts';
import type * as root from './schema/root.ts';
import type * as scheduling from './schema/scheduling.ts';
import type * as seccomp from './schema/seccomp.ts';
import type * as user from './schema/user.ts';

export type Config = Static<typeof config.Config>;
export type Root = Static<typeof root.Root>;
export type Mount = Static<typeof mount.Mount>;
export type Annotations = NonNullable<Config['annotations']>;

export type Process = Static<typeof process.Process>;
export type ConsoleSize = Static<typeof process.ConsoleSize>;
export type User = Static<typeof user.User>;
export type Rlimit = Static<typeof rlimit.Rlimit>;
export type RlimitType = Rlimit['type'];
export type Scheduler = Static<typeof scheduling.Scheduler>;
export type IoPriority = Static<typeof scheduling.IoPriority>;
export type CpuAffinity = Static<typeof scheduling.CpuAffinity>;
export type Capabilities = Static<typeof capabilities.Capabilities>;
export type CapabilitySet = keyof Capabilities;

export type Hook = Static<typeof hooks.Hook>;
export type Hooks = Static<typeof hooks.Hooks>;
export type HookKind = keyof Hooks;

export type Linux = Static<typeof linux.Linux>;
export type MemoryPolicy = Static<typeof policies.MemoryPolicy>;
export type Personality = Static<typeof policies.Personality>;
export type RootfsPropagation = NonNullable<Linux['rootfsPropagation']>;
export type Namespace = Static<typeof namespaces.Namespace>;
export type NamespaceType = Namespace['type'];
export type TimeOffset = Static<typeof namespaces.TimeOffset>;
export type TimeOffsets = Static<typeof namespaces.TimeOffsets>;
export type IdMapping = Static<typeof mappings.IdMapping>;
export type Device = Static<typeof devices.Device>;
export type IntelRdt = Static<typeof policies.IntelRdt>;
export type NetDevices = Static<typeof devices.NetDevices>;
export type Resources = Static<typeof resources.Resources>;
export type DeviceRule = Static<typeof resources.DeviceRule>;
export type Seccomp = Static<typeof seccomp.Seccomp>;
