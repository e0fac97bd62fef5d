/** What the global options of the command line say, for every operation on containers. */
import type { Identity } from '../host/identity.ts';
import type { Log } from '../log/log.ts';

export interface Runtime {
  /** Directory of the state of containers, absolute. It may not exist. */
  readonly root: string;
  /** Nobody asked for this root: where it is missing, there are just no containers. */
  readonly rootIsDefault: boolean;
  readonly log: Log;
  readonly systemdCgroup: boolean;
  readonly rootless: 'true' | 'false' | 'auto';
  readonly cgroupManager: 'cgroupfs' | 'systemd' | 'disabled';
}

/** `--rootless`: whether what the caller may not do with cgroups is left out. */
export function goesOnWithoutCgroups(rootless: Runtime['rootless'], { isRootless }: Identity): boolean {
  return rootless === 'auto' ? isRootless : rootless === 'true';
}
