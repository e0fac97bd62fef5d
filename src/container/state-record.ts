/**
 * What is kept of a container between commands: `state.json` in its directory, written whole or not at all. A new field
 * needs a check in `record/shape.ts`.
 */
import type { SystemdUnit } from '../cgroups/systemd/unit.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import type { IdMaps } from '../namespaces/id-map.ts';
import type { Ids } from '../namespaces/nested-user.ts';
import type { ResctrlRecord } from '../resctrl/group.ts';

/** Of the record's format. A record with a higher one belongs to a newer tsrun and is left alone. */
export const RECORD_VERSION = 1;

/** Its first process among the rest: pid 0 if there is none yet. */
export interface StateRecord extends ProcessIdentity {
  readonly version: typeof RECORD_VERSION;
  readonly ociVersion: string;
  readonly id: string;
  /** `creating` until the init waits for `start`; then it is the kernel that knows. */
  readonly phase: 'creating' | 'created';
  readonly bundle: string;
  readonly rootfs: string;
  /** RFC 3339 with nanoseconds. */
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Who created it. */
  readonly ownerUid: number;
  /** Directories of the container's cgroup; recorded before they are made. */
  readonly cgroups: readonly string[];
  /** Of each of them, once the first process is in them; 0 for one that was refused. See own-cgroups.ts. */
  readonly cgroupInodes?: readonly number[];
  /** The unit that its cgroup belongs to; recorded before systemd is asked for it. */
  readonly systemd?: SystemdUnit;
  /** Its groups of `linux.intelRdt`; recorded before they are made. */
  readonly resctrl?: ResctrlRecord;
  /** The file that freezes it, see `freezerFile`. */
  readonly freezer?: string;
  /** It has no pid namespace of its own: its processes outlive the first one. */
  readonly sharesPids?: true;
  /** The overlay's upper and work directories, deleted with the container. */
  readonly dataDirectory?: string;
  /** A process of the runtime that lives as long as the container (fuse-overlayfs). */
  readonly helper?: ProcessIdentity;
  /** Whether it has a user namespace of its own, and with which ids. */
  readonly userNamespace: boolean;
  readonly idMaps?: IdMaps;
  /** The ids of its process, which runs in a user namespace nested in that. */
  readonly nested?: Ids;
  /** What `start` executes: found in the container when it was created. */
  readonly executable?: string;
  readonly env?: readonly string[];
  /** False where only the process's user may enter its working directory. */
  readonly cwdEntered?: boolean;
  /** Its seccomp filter has been in force since it was created. */
  readonly filtered?: true;
  /** The init's descriptor of the socket that it listens on, for startContainer hooks. */
  readonly listener?: number;
  /** Checksum of its compiled seccomp filter. */
  readonly filter?: string;
  /** Spares `delete` reading the configuration. */
  readonly hasPoststop: boolean;
  readonly preserveFds: number;
  /** Its creator's effective capabilities, a bit mask in hexadecimal: without a user namespace it gets no others. */
  readonly capabilities: string;
  /** The name of its session keyring; by `--no-new-keyring`, it has that of its creator. */
  readonly keyring?: string;
}
