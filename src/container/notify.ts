/** Whether a service manager is to be told when the container is ready. */
import { statSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';
import { notifiedSocket, notifyDirectory } from './notify-mount.ts';
import { makeNotifyDirectory, NotifySocket } from './notify-socket.ts';
import type { StateDirectory } from './state-directory.ts';

/** Makes the directory that the container will see. */
export function prepareNotify({ path }: StateDirectory): void {
  if (notifiedSocket() === undefined) return;
  makeNotifyDirectory(path);
}

/** Whether it was made. */
export function notifies({ path }: StateDirectory): boolean {
  return statSync(notifyDirectory(path)) !== undefined;
}

/** To be called before the container's program is executed: it may be ready at once. */
export function listenForReadiness(directory: StateDirectory, log: Log): NotifySocket | undefined {
  const manager = notifiedSocket();
  if (manager === undefined) return undefined;
  if (!notifies(directory)) {
    log.warning('NOTIFY_SOCKET was not set when the container was created: it cannot notify anybody');
    return undefined;
  }
  return new NotifySocket(directory.path, manager, log);
}
