/** The options of what makes a container from a bundle: `create`, `run`, `plan`. */
import type { CreateOptions } from '../../container/create.ts';
import type { Positional } from '../command.ts';
import { given } from '../given.ts';
import type { Values } from '../option.ts';
import { absolute, absoluteOption } from '../paths.ts';

export const newContainerId: Positional = { name: 'container-id', help: 'name for the new container' };

export const bundleOptions = [
  {
    name: 'bundle',
    short: 'b',
    type: 'text',
    value: 'DIR',
    default: '.',
    defaultText: 'the current directory',
    help: 'the bundle',
  },
  {
    name: 'config',
    short: 'f',
    type: 'text',
    value: 'FILE',
    help: "configuration to use instead of the bundle's config.json",
  },
  {
    name: 'overlay',
    type: 'text',
    value: 'KIND',
    defaultText: 'as the configuration says',
    help: 'writable layer: disk, tmpfs, tmpfs=SIZE, dir=PATH or off',
  },
  {
    name: 'overlay-lower',
    type: 'list',
    value: 'PATH',
    help: 'read-only layer below the rootfs; repeat it for more, the uppermost first',
  },
  {
    name: 'console-socket',
    type: 'text',
    value: 'SOCKET',
    help: 'AF_UNIX socket that receives the master end of the terminal',
  },
  { name: 'pid-file', type: 'text', value: 'FILE', help: 'write the pid of the container process to FILE' },
  { name: 'no-pivot', type: 'flag', help: 'do not use pivot_root, for a root on a ramdisk' },
  { name: 'no-new-keyring', type: 'flag', help: 'keep the session keyring of the caller' },
  {
    name: 'preserve-fds',
    type: 'number',
    value: 'N',
    help: 'pass N more file descriptors, from 3 on, to the container',
  },
  {
    name: 'pidfd-socket',
    type: 'text',
    value: 'SOCKET',
    help: 'AF_UNIX socket that receives a pidfd of the container process',
  },
  {
    name: 'status-fd',
    type: 'number',
    value: 'N',
    help: 'write a line of JSON to file descriptor N for each event in the life of the container',
  },
] as const;

/** @throws RuntimeError */
export function createOptions(id: string, options: Values<typeof bundleOptions>): CreateOptions {
  return given({
    id,
    bundle: absolute(options.bundle),
    config: absoluteOption(options.config),
    consoleSocket: absoluteOption(options['console-socket']),
    pidfdSocket: absoluteOption(options['pidfd-socket']),
    pidFile: absoluteOption(options['pid-file']),
    statusFd: options['status-fd'],
    noPivot: options['no-pivot'] ?? false,
    noNewKeyring: options['no-new-keyring'] ?? false,
    preserveFds: options['preserve-fds'] ?? 0,
    overlay: options.overlay,
    overlayLower: options['overlay-lower'],
  });
}
