/** Whether somebody is to be told when the container is ready: what tells them is loaded only then. */
import { statSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';
import { notifiedSocket, notifyDirectory } from './notify-mount.ts';
import type { NotifySocket } from './notify-socket.ts';
import type { StateDirectory } from './state-directory.ts';

/** Makes the directory that the container will see. */
export async function prepareNotify({ path }: StateDirectory): Promise<void> {
  if (notifiedSocket() === undefined) return;
  const { makeNotifyDirectory } = await import('./notify-socket.ts');
  makeNotifyDirectory(path);
}

/** Whether it was made. */
export function notifies({ path }: StateDirectory): boolean {
  return statSync(notifyDirectory(path)) !== undefined;
}

/** To be called before the container's program is executed: it may be ready at once. */
export async function listenForReadiness(
  directory: StateDirectory,
  log: Log,
): Promise<NotifySocket | undefined> {
  const manager = notifiedSocket();
  if (manager === undefined) return undefined;
  if (!notifies(directory)) {
    log.warning('NOTIFY_SOCKET was not set when the container was created: it cannot notify anybody');
    return undefined;
  }
  const { NotifySocket: Socket } = await import('./notify-socket.ts');
  return new Socket(directory.path, manager, log);
}
