/**
 * sd_notify(3) from inside the container: `NOTIFY_SOCKET` of our caller is a socket of the machine, which the
 * container does not get. It gets one of ours, in a directory of its state; see notify-socket.ts.
 */

import { callerVariable } from '../host/caller.ts';
import { join } from '../kernel/path.ts';
import type { Config, Mount } from '../spec/types.ts';
import { NOTIFY } from './record/files.ts';

const PLACE = '/run/notify';
const NAME = 'notify.sock';

/** Where our caller wants to be notified: a path, or `@name` for an abstract socket; undefined for nowhere. */
export function notifiedSocket(): string | undefined {
  return callerVariable('NOTIFY_SOCKET') || undefined;
}

export function notifyDirectory(stateDirectory: string): string {
  return join(stateDirectory, NOTIFY);
}

export function notifyPath(stateDirectory: string): string {
  return join(notifyDirectory(stateDirectory), NAME);
}

/** The configuration with the socket's directory mounted; behind all other mounts, one at /run among them. */
export function withNotifyMount(config: Config, stateDirectory: string): Config {
  const mount: Mount = {
    destination: PLACE,
    type: 'bind',
    source: notifyDirectory(stateDirectory),
    options: ['bind', 'nosuid', 'noexec', 'nodev', 'ro'],
  };
  return { ...config, mounts: [...(config.mounts ?? []), mount] };
}

/** For the container's process. */
export const notifyEnvironment: readonly string[] = [`NOTIFY_SOCKET=${PLACE}/${NAME}`];
