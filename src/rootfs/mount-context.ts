/** What the steps of every mount entry know beside the entry itself. */
import type { Step } from '../init/step.ts';
import type { Call, FdArg } from '../kernel/call.ts';
import type { Log } from '../log/log.ts';
import type { IdMaps } from '../namespaces/id-map.ts';
import type { Mount } from '../spec/types.ts';

export interface MountContext {
  /** The root's mount. */
  readonly root: FdArg;
  /** Whether a bind's source is a directory; undefined where it is not there. */
  readonly isDirectory: (hostPath: string) => boolean | undefined;
  /** Trees of bind sources that only the host side may open, by index in `mounts`. */
  readonly sourceTrees: ReadonlyMap<number, Call>;
  /** User namespaces whose maps the mounts take over (`idmap`), by index in `mounts`. */
  readonly idMapNamespaces: ReadonlyMap<number, Call>;
  readonly inUserNamespace: boolean;
  /** Of the container's new user namespace. */
  readonly idMaps: IdMaps | undefined;
  /** All of the entries, with absolute paths. */
  readonly mounts: readonly Mount[];
  /** The mounts of new and empty tmpfs that others are made in, by index in `mounts`; filled in entry by entry. */
  readonly newTmpfs: Map<number, Call>;
  /** `linux.mountLabel`, where SELinux is in force. */
  readonly label: string | undefined;
  readonly log: Log;
}

/** The steps of an entry, and what is left to do when everything is mounted and /dev is filled. */
export interface MountSteps {
  readonly steps: readonly Step[];
  readonly last?: Step;
}
