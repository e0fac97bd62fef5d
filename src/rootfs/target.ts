/**
 * A place in the container's root, reached by descriptor: symlinks are resolved below the root at the moment of
 * use (`RESOLVE_IN_ROOT`), and what is missing is made the same way, one component at a time.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import type { Call, Failure, FdArg } from '../kernel/call.ts';
import { tolerate } from '../kernel/call.ts';
import { close, fstatfs, mkdirat, mknodat, openat2, openInRoot } from '../kernel/calls/file.ts';
import {
  O_DIRECTORY,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_SYMLINKS,
  S_IFREG,
} from '../kernel/constants/file.ts';
import { describeErrno, EACCES, EEXIST, ELOOP, ENOENT, EROFS } from '../kernel/errno.ts';
import type { Near } from './new-tmpfs.ts';
import { insideProc, isProcfs } from './proc-target.ts';
import { pathComponents, resolveMissing } from './resolve-missing.ts';

/** A directory that no symlink leads to: for what the runtime itself trusts (CVE-2019-19921). */
export function openTrusted(root: FdArg, path: string): Call {
  return openat2(root, path, O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

/** Makes every directory that is missing on the way to `path`, `path` itself included (mode 0755). */
export function makeDirectories(root: FdArg, path: string): Call[] {
  const parts = pathComponents(path);
  return parts.flatMap((name, index) => {
    if (name === '..') return [];
    if (index === 0) return [tolerate(mkdirat(root, name, 0o755), EEXIST)];
    const parent = openInRoot(root, `/${parts.slice(0, index).join('/')}`);
    return [parent, tolerate(mkdirat(parent, name, 0o755), EEXIST), close(parent)];
  });
}

/**
 * Makes an empty file (mode 0644) where there is nothing. Nothing is opened for it: what the image has there may be
 * a FIFO, which would never open, or a device.
 */
export function makeFile(root: FdArg, path: string): Call[] {
  const parts = pathComponents(path);
  const parent = openInRoot(root, `/${parts.slice(0, -1).join('/')}`);
  return [
    ...makeDirectories(root, parts.slice(0, -1).join('/')),
    ...[parent, makeEmptyFile(parent, parts.at(-1) ?? '', 0o644), close(parent)],
  ];
}

/** @param name in the directory; whatever has it stays as it is */
export function makeEmptyFile(directory: FdArg, name: string, mode: number): Call {
  return tolerate(mknodat(directory, name, S_IFREG | mode, 0), EEXIST);
}

interface OnTarget {
  readonly name: string;
  readonly pointer: string;
  readonly root: FdArg;
  readonly path: string;
  /** Of the handle on it: `O_DIRECTORY` where it must be one. */
  readonly flags?: number;
  /** What to make; a file for a bind mount of anything that is not a directory. */
  readonly missing: 'directory' | 'file';
  /** In a new tmpfs, where it will be missing: it is made at once. */
  readonly near?: Near | undefined;
  /** Whether a symlink on the way is an error. */
  readonly noSymlinks?: boolean;
  /** Whether a symlink may lead to procfs; what the path itself says is checked elsewhere. */
  readonly mayBeProc?: boolean;
  /** @param target a handle on it, to be closed by them */
  readonly calls: (target: Call) => readonly Call[];
  readonly recover?: (errno: number, call: Call) => readonly Step[] | RuntimeError | undefined;
}

/**
 * `calls` use `path` in the root; where that fails because it is missing, it is made and they are tried again.
 * They must not have had an effect by then.
 *
 * Without symlinks on the way, the path says where it is. Only where there are any, one looks at where they lead.
 */
export function stepOnTarget(options: OnTarget): Step {
  const { name, pointer, root, path, near, missing, calls } = options;
  const place = near ? { root: near.tree, path: near.path } : { root, path };
  const make = ({ root, path }: { readonly root: FdArg; readonly path: string }) =>
    missing === 'directory' ? makeDirectories(root, path) : makeFile(root, path);
  const recover = (target: Call, again: boolean) => (failure: Failure) => {
    const { call, errno } = failure;
    if (call === target && errno === ELOOP && !options.noSymlinks)
      return [followed(options, (path) => make({ root, path }))];
    if (again || errno !== ENOENT || call.name !== 'openat2') return options.recover?.(errno, call);
    return [making(options, make(place)), attempt([], true)];
  };
  const attempt = (before: readonly Call[], again: boolean) => {
    const target = open({ ...options, ...place }, RESOLVE_NO_SYMLINKS);
    return step('init', name, pointer, [...before, target, ...calls(target)], {
      recover: recover(target, again),
    });
  };
  return attempt(near ? make(place) : [], false);
}

function open({ root, path, flags = 0 }: OnTarget, resolve: number): Call {
  return openat2(root, path, O_PATH | flags, RESOLVE_IN_ROOT | resolve);
}

/** By symlinks of the image: they are followed, but not into /proc (CVE-2019-16884). */
function followed(options: OnTarget, make: (where: string) => readonly Call[], again = false): Step {
  const { name, pointer, root, path, calls, mayBeProc } = options;
  const target = open(options, 0);
  const filesystem = fstatfs(target);
  const use = step('init', name, pointer, calls(target), {
    recover: ({ call, errno }) => options.recover?.(errno, call),
  });
  return step('init', name, pointer, [target, filesystem], {
    recover: ({ call, errno }) =>
      errno === ENOENT && !again
        ? resolveMissing(root, path, pointer, (where) => [
            making(options, make(where)),
            followed(options, make, true),
          ])
        : options.recover?.(errno, call),
    check: (results) => {
      if (!mayBeProc && isProcfs(results.bytes(filesystem))) throw insideProc(path, pointer);
      return [use];
    },
  });
}

function making({ path, pointer }: OnTarget, calls: readonly Call[]): Step {
  const name = `make "${path}" in the root`;
  return step('init', name, pointer, calls, {
    recover: ({ call, errno }) => {
      const hint = HINTS.get(errno);
      if (hint === undefined) return undefined;
      return new RuntimeError('bundle', `cannot ${name}: ${call.name}: ${describeErrno(errno)}`, { hint });
    },
  });
}

const HINTS: ReadonlyMap<number, string> = new Map([
  [
    EACCES,
    "the container's root may not write there: make it in the rootfs, or use an overlay root (--overlay=disk)",
  ],
  [EROFS, 'the rootfs is read-only: make it there, or use an overlay root (--overlay=disk)'],
]);
