/**
 * The default devices and links of /dev (config-linux.md, "Default Devices"). /dev is opened once, without
 * following a link, and everything is made by that descriptor (CVE-2026-41579).
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { type Call, type FdArg, tolerate } from '../kernel/call.ts';
import { close, mknodat, openat, openat2, symlinkat, unlinkat } from '../kernel/calls/file.ts';
import { cloneTree, moveMount } from '../kernel/calls/mount.ts';
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
import { makeDirectories, makeEmptyFile } from './target.ts';

interface DefaultDevice {
  readonly name: string;
  readonly major: number;
  readonly minor: number;
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

/** makedev(3) for small numbers. */
function makedev(major: number, minor: number): number {
  return (major << 8) | minor;
}

/** A handle on /dev of the container. */
export function openDev(root: FdArg): Call {
  return openat2(root, '/dev', O_PATH | O_DIRECTORY | O_NOFOLLOW, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

/**
 * @param mayMknod false in a user namespace, where mknod(2) is refused: the host's nodes are bound instead
 */
export function deviceSteps(root: FdArg, dev: Call, mayMknod: boolean): readonly Step[] {
  const nodes = mayMknod ? makeNodes(dev) : bindNodes(dev);
  return [
    step('init', 'open "/dev"', '', [dev], { recover: ({ errno }) => openFailed(root, dev, errno) }),
    step('init', 'make the default devices', '', nodes, {
      recover: ({ call, errno }) =>
        call.name === 'mknodat' && errno === EPERM
          ? [step('init', 'bind the default devices', '', bindNodes(dev))]
          : undefined,
    }),
    step('init', 'make the links of /dev', '', makeLinks(dev)),
  ];
}

function openFailed(root: FdArg, dev: Call, errno: number): readonly Step[] | RuntimeError | undefined {
  if (errno === ENOENT) return [step('init', 'make "/dev"', '', [...makeDirectories(root, '/dev'), dev])];
  if (errno !== ELOOP && errno !== ENOTDIR) return undefined;
  return new RuntimeError('bundle', 'cannot open "/dev" of the root: it must be a directory', {
    errno: errnoName(errno),
    hint: '"/dev" in the rootfs is a symlink or a file: make it a directory, or mount a tmpfs there',
  });
}

function makeNodes(dev: Call): Call[] {
  return defaultDevices.map(({ name, major, minor }) =>
    tolerate(mknodat(dev, name, S_IFCHR | 0o666, makedev(major, minor)), EEXIST),
  );
}

function bindNodes(dev: Call): Call[] {
  return defaultDevices.flatMap(({ name }) => {
    const target = openat(dev, name, O_PATH | O_NOFOLLOW);
    const node = cloneTree(AT_FDCWD, `/dev/${name}`, { recursive: false });
    return [
      makeEmptyFile(dev, name, 0o666),
      target,
      node,
      moveMount(node, target),
      close(node),
      close(target),
    ];
  });
}

function makeLinks(dev: Call): Call[] {
  const made = links.map(([name, target]) => tolerate(symlinkat(target, dev, name), EEXIST));
  // The instance's own multiplexer, whatever the image has there.
  return [...made, tolerate(unlinkat(dev, 'ptmx'), ENOENT), symlinkat('pts/ptmx', dev, 'ptmx')];
}
