/** What the global options of the command line say, for every operation on containers. */
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
