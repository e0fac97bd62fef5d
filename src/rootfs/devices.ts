/**
 * The default devices and links of /dev (config-linux.md, "Default Devices"). /dev is opened once, without
 * following a link, and everything is made by that descriptor (CVE-2026-41579).
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, type FdArg, tolerate } from '../kernel/call.ts';
import { close, mknodat, openat, openat2, statx, symlinkat, unlinkat } from '../kernel/calls/file.ts';
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_SYMLINKS,
  S_IFCHR,
} from '../kernel/constants/file.ts';
import { EEXIST, ELOOP, ENOENT, ENOTDIR, EPERM, errnoName } from '../kernel/errno.ts';
import { decodeStatx, isCharacterDevice, type Status } from '../kernel/statx.ts';
import type { Log } from '../log/log.ts';
import type { Device } from '../spec/types.ts';
import { cleanPath, configuredDeviceSteps } from './configured-devices.ts';
import { makedev } from './device-number.ts';
import { attachNode } from './host-device.ts';
import { makeDirectories } from './target.ts';

interface DefaultDevice {
  readonly name: string;
  readonly major: number;
  readonly minor: number;
}

/** How nodes come into being. */
export interface DeviceContext {
  readonly root: FdArg;
  /** False in a user namespace, where mknod(2) is refused: the host's nodes are bound instead. */
  readonly mayMknod: boolean;
  readonly log: Log;
}

export const defaultDevices: readonly DefaultDevice[] = [
  { name: 'null', major: 1, minor: 3 },
  { name: 'zero', major: 1, minor: 5 },
  { name: 'full', major: 1, minor: 7 },
  { name: 'random', major: 1, minor: 8 },
  { name: 'urandom', major: 1, minor: 9 },
  { name: 'tty', major: 5, minor: 0 },
];

const links: readonly (readonly [name: string, target: string])[] = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
  ['core', '/proc/kcore'],
];

/** A handle on /dev of the container. */
export function openDev(root: FdArg): Call {
  return openat2(root, '/dev', O_PATH | O_DIRECTORY | O_NOFOLLOW, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

/** @param devices of the configuration; they stand in for defaults with the same path */
export function deviceSteps(
  context: DeviceContext,
  dev: Call,
  devices: readonly Device[] = [],
): readonly Step[] {
  const defaults = devices.length === 0 ? defaultDevices : notAmong(devices);
  return [
    step('init', 'open "/dev"', '', [dev], { recover: ({ errno }) => openFailed(context.root, dev, errno) }),
    ...(context.mayMknod ? makeNodes(dev, defaults) : [bindNodes(dev, defaults)]),
    ...configuredDeviceSteps(context, dev, devices),
    step('init', 'make the links of /dev', '', makeLinks(dev)),
  ];
}

function notAmong(devices: readonly Device[]): readonly DefaultDevice[] {
  const paths = new Set(devices.map(({ path }) => cleanPath(path)));
  return defaultDevices.filter(({ name }) => !paths.has(`/dev/${name}`));
}

function openFailed(root: FdArg, dev: Call, errno: number): readonly Step[] | RuntimeError | undefined {
  if (errno === ENOENT) return [step('init', 'make "/dev"', '', [...makeDirectories(root, '/dev'), dev])];
  if (errno !== ELOOP && errno !== ENOTDIR) return undefined;
  return new RuntimeError('bundle', 'cannot open "/dev" of the root: it must be a directory', {
    errno: errnoName(errno),
    hint: '"/dev" in the rootfs is a symlink or a file: make it a directory, or mount a tmpfs there',
  });
}

function makeNodes(dev: Call, devices: readonly DefaultDevice[]): readonly Step[] {
  const nodes = devices.map((device) =>
    tolerate(mknodat(dev, device.name, S_IFCHR | 0o666, makedev({ type: S_IFCHR, ...device })), EEXIST),
  );
  return [
    step('init', 'make the default devices', '', nodes, {
      recover: ({ errno }) => (errno === EPERM ? [bindNodes(dev, devices)] : undefined),
    }),
  ];
}

/** All of them at once: an ordinary user's container has them so every time. */
function bindNodes(dev: Call, devices: readonly DefaultDevice[]): Step {
  const nodes = devices.map((device) => {
    const node = openat(AT_FDCWD, `/dev/${device.name}`, O_PATH | O_NOFOLLOW);
    const status = statx(node, '');
    return {
      device,
      status,
      calls: [node, status, ...attachNode(node, { parent: dev, name: device.name }), close(node)],
    };
  });
  const calls = nodes.flatMap((node) => node.calls);
  return step('init', 'bind the default devices', '', calls, {
    observe: (results) => {
      for (const { device, status } of nodes) mustBeDefault(device, decodeStatx(results.bytes(status)));
    },
  });
}

function mustBeDefault({ name, major, minor }: DefaultDevice, status: Status): void {
  if (isCharacterDevice(status, major, minor)) return;
  throw new RuntimeError('system', `"/dev/${name}" of the host is not the device ${major}:${minor}`, {
    hint: `it is bound into the container: recreate it: rm /dev/${name}; mknod -m 666 /dev/${name} c ${major} ${minor}`,
  });
}

function makeLinks(dev: Call): Call[] {
  const made = links.map(([name, target]) => tolerate(symlinkat(target, dev, name), EEXIST));
  // The instance's own multiplexer, whatever the image has there.
  return [...made, tolerate(unlinkat(dev, 'ptmx'), ENOENT), symlinkat('pts/ptmx', dev, 'ptmx')];
}
