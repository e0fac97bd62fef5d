/** What a plan is made from: everything is known, nothing has been done. */
import type { Limits } from '../cgroups/limits.ts';
import type { ContainerCgroups } from '../cgroups/paths.ts';
import type { SystemdManager } from '../cgroups/systemd/manager.ts';
import type { CgroupOwner } from '../cgroups/v2/owner.ts';
import type { HostCgroups } from '../host/cgroups.ts';
import type { Identity } from '../host/identity.ts';
import type { Stream } from '../host/streams.ts';
import type { Log } from '../log/log.ts';
import type { IdMaps } from '../namespaces/id-map.ts';
import type { NestedIds } from '../namespaces/nested-user.ts';
import type { ResctrlGroup } from '../resctrl/group.ts';
import type { OverlayRequest } from '../rootfs/overlay/request.ts';
import type { Config, Namespace } from '../spec/types.ts';

/** Facts about the machine and the caller. */
export interface HostFacts {
  readonly identity: Identity;
  readonly cgroups: HostCgroups;
  /** The standard streams that may be given to the container's user. */
  readonly streams: () => readonly Stream[];
  /** Undefined where nothing is there. */
  readonly isDirectory: (path: string) => boolean | undefined;
  /** Mount points of procfs and sysfs that hide nothing. */
  readonly fullMounts: () => readonly string[];
  /** Whether the file is the namespace that the caller is in, by its name in /proc/PID/ns. */
  readonly isOwnNamespace: (file: string, path: string) => boolean;
}

export interface ContainerRequest {
  readonly id: string;
  readonly bundle: string;
  readonly configFile: string;
  readonly config: Config;
  /** The configuration's, with a user namespace where an ordinary user needs one. */
  readonly namespaces: readonly Namespace[];
  /** Of the new user namespace; absent where none is made. */
  readonly idMaps: IdMaps | undefined;
  /** Where its process needs a user namespace nested in it. */
  readonly nested: NestedIds | undefined;
  /** Absolute. */
  readonly rootfs: string;
  readonly overlay: OverlayRequest | undefined;
  /** Of the container; it is there when the plan is executed. */
  readonly stateDirectory: string;
  /** Where the overlay's writable directories live; without an overlay, nobody asks. */
  readonly dataDirectory: () => string;
  readonly cgroups: ContainerCgroups;
  /** Who makes them, where it is not the runtime itself. */
  readonly systemd?: SystemdManager | undefined;
  /** Goes on without the cgroups that may not be made, unless the configuration names their place (`--rootless`). */
  readonly rootlessCgroups: boolean;
  readonly limits: Limits;
  /** Whom the container's cgroup is given to. */
  readonly cgroupOwner: CgroupOwner | undefined;
  /** `linux.intelRdt` */
  readonly resctrl: ResctrlGroup | undefined;
  readonly host: HostFacts;
  readonly log: Log;
  readonly noPivot: boolean;
  /** The name of its session keyring; undefined if it is to have that of its caller. */
  readonly keyring: string | undefined;
  /** Descriptors from 3 on. */
  readonly preserveFds: number;
  /** Variables that the runtime adds for the container's process; a LISTEN_PID among them is 1. */
  readonly environment: readonly string[];
}
