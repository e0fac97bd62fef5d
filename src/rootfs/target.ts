/**
 * A place in the container's root, reached by descriptor: symlinks are resolved below the root at the moment of
 * use (`RESOLVE_IN_ROOT`), and what is missing is made the same way, one component at a time.
 */

import type { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import type { Call, Failure, FdArg } from '../kernel/call.ts';
import { tolerate } from '../kernel/call.ts';
import { close, fstatfs, mkdirat, mknodat, openat2, openInRoot } from '../kernel/calls/file.ts';
import { O_PATH, RESOLVE_IN_ROOT, RESOLVE_NO_SYMLINKS, S_IFREG } from '../kernel/constants/file.ts';
import { EEXIST, ELOOP, ENOENT } from '../kernel/errno.ts';
import { insideProc, isProcfs } from './proc-target.ts';

/** `/a/b/../c//d` → `["a", "b", "..", "c", "d"]` */
export function pathComponents(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** Makes every directory that is missing on the way to `path`, `path` itself included (mode 0755). */
export function makeDirectories(root: FdArg, path: string): Call[] {
  const parts = pathComponents(path);
  return parts.flatMap((name, index) => {
    if (name === '..') return [];
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
  /** It will be missing: it is made at once. */
  readonly surelyMissing?: boolean;
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
  const { name, pointer, root, path, missing, calls } = options;
  const make = () => (missing === 'directory' ? makeDirectories(root, path) : makeFile(root, path));
  const recover = (target: Call, again: boolean) => (failure: Failure) => {
    const { call, errno } = failure;
    if (call === target && errno === ELOOP && !options.noSymlinks) return [followed(options, make)];
    if (again || errno !== ENOENT || call.name !== 'openat2') return options.recover?.(errno, call);
    return [step('init', `make "${path}" in the root`, pointer, make()), attempt([], true)];
  };
  const attempt = (before: readonly Call[], again: boolean) => {
    const target = open(options, RESOLVE_NO_SYMLINKS);
    return step('init', name, pointer, [...before, target, ...calls(target)], {
      recover: recover(target, again),
    });
  };
  return attempt(options.surelyMissing ? make() : [], false);
}

function open({ root, path, flags = 0 }: OnTarget, resolve: number): Call {
  return openat2(root, path, O_PATH | flags, RESOLVE_IN_ROOT | resolve);
}

/** By symlinks of the image: they are followed, but not into /proc (CVE-2019-16884). */
function followed(options: OnTarget, make: () => readonly Call[], again = false): Step {
  const { name, pointer, path, calls, mayBeProc } = options;
  const target = open(options, 0);
  const filesystem = fstatfs(target);
  const use = step('init', name, pointer, calls(target), {
    recover: ({ call, errno }) => options.recover?.(errno, call),
  });
  return step('init', name, pointer, [target, filesystem], {
    recover: ({ call, errno }) =>
      errno === ENOENT && !again
        ? [step('init', `make "${path}" in the root`, pointer, make()), followed(options, make, true)]
        : options.recover?.(errno, call),
    check: (results) => {
      if (!mayBeProc && isProcfs(results.bytes(filesystem))) throw insideProc(path, pointer);
      return [use];
    },
  });
}
