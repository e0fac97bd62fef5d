/**
 * A place in the container's root, reached by descriptor: symlinks are resolved below the root at the moment of
 * use (`RESOLVE_IN_ROOT`), and what is missing is made the same way, one component at a time.
 */

import type { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import type { Call, FdArg } from '../kernel/call.ts';
import { tolerate } from '../kernel/call.ts';
import { close, mkdirat, openat, openInRoot } from '../kernel/calls/file.ts';
import { O_CREAT, O_NOFOLLOW, O_RDONLY } from '../kernel/constants/file.ts';
import { EEXIST, EISDIR, ELOOP, ENOENT } from '../kernel/errno.ts';

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

/** Makes an empty file (mode 0644) where there is nothing. */
export function makeFile(root: FdArg, path: string): Call[] {
  const parts = pathComponents(path);
  const parent = openInRoot(root, `/${parts.slice(0, -1).join('/')}`);
  const file = tolerate(
    openat(parent, parts.at(-1) ?? '', O_RDONLY | O_CREAT | O_NOFOLLOW, 0o644),
    EISDIR,
    ELOOP,
  );
  return [...makeDirectories(root, parts.slice(0, -1).join('/')), parent, file, close(file), close(parent)];
}

/**
 * `calls` use `path` in the root; where they fail because it is missing, it is made and they are tried again.
 * They must not have had an effect by then.
 */
export function stepOnTarget(options: {
  readonly name: string;
  readonly pointer: string;
  readonly root: FdArg;
  readonly path: string;
  /** What to make; a file for a bind mount of anything that is not a directory. */
  readonly missing: 'directory' | 'file';
  /** It will be missing: it is made at once. */
  readonly surelyMissing?: boolean;
  readonly calls: () => readonly Call[];
  readonly recover?: (errno: number, call: Call) => readonly Step[] | RuntimeError | undefined;
}): Step {
  const { name, pointer, root, path, missing, calls, recover } = options;
  const make = () => (missing === 'directory' ? makeDirectories(root, path) : makeFile(root, path));
  const first = options.surelyMissing ? [...make(), ...calls()] : calls();
  return step('init', name, pointer, first, {
    recover: ({ call, errno }) => {
      if (errno !== ENOENT || call.name !== 'openat2') return recover?.(errno, call);
      return [
        step('init', `make "${path}" in the root`, pointer, make()),
        step('init', name, pointer, calls(), {
          recover: (failure) => recover?.(failure.errno, failure.call),
        }),
      ];
    },
  });
}
