/**
 * Where a path leads of which a part does not exist: symlinks are read one by one and their targets taken below the
 * root, so that what a dangling one names can be made. path_resolution(7).
 *
 * Who exchanges a directory for a symlink meanwhile changes what is made, but not that it is below the root: every
 * component is opened with RESOLVE_IN_ROOT, and nothing is followed when it is made.
 */

import { RuntimeError } from '../errors/runtime-error.ts';
import { type Step, step } from '../init/step.ts';
import { decodeUtf8 } from '../kernel/bytes.ts';
import { type FdArg, tolerate } from '../kernel/call.ts';
import { close, openInRoot, readlinkat } from '../kernel/calls/file.ts';
import { EINVAL, ENOENT } from '../kernel/errno.ts';

/** The kernel's limit. */
const MAX_LINKS = 40;
/** No path of 4,095 bytes has more. */
const MAX_COMPONENTS = 2048;

/** `/a/b/../c//d` → `["a", "b", "..", "c", "d"]` */
export function pathComponents(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** @param then the steps that go on with the path, in which no component is a symlink */
export function resolveMissing(
  root: FdArg,
  path: string,
  pointer: string,
  then: (path: string) => readonly Step[],
): readonly Step[] {
  return walk([], pathComponents(path), 0);

  function walk(before: readonly string[], components: readonly string[], links: number): readonly Step[] {
    if (before.length + components.length > MAX_COMPONENTS)
      throw unresolved(path, pointer, 'file name too long');
    const done = [...before];
    let at = 0;
    // An image decides how many there are in a row.
    for (; components[at] === '..'; at++) done.pop();
    const [name, following] = [components[at], components.slice(at + 1)];
    if (name === undefined) return then(`/${done.join('/')}`);
    const parent = tolerate(openInRoot(root, `/${done.join('/')}`), ENOENT);
    const link = tolerate(readlinkat(parent, name), EINVAL, ENOENT);
    return [
      step('init', `look at "${name}" on the way to "${path}"`, pointer, [parent, link, close(parent)], {
        check: (results) => {
          if (results.value(parent) < 0 || results.value(link) < 0)
            return walk([...done, name], following, links);
          if (links === MAX_LINKS) throw unresolved(path, pointer, 'too many levels of symbolic links');
          const target = decodeUtf8(results.bytes(link).subarray(0, results.value(link)));
          const from = target.startsWith('/') ? [] : done;
          return walk(from, [...pathComponents(target), ...following], links + 1);
        },
      }),
    ];
  }
}

function unresolved(path: string, pointer: string, why: string): RuntimeError {
  return new RuntimeError('bundle', `cannot make "${path}" in the root: ${why}`, {
    pointer,
    hint: 'look at the symlinks of the rootfs on the way there: they lead in a circle, or to a path that is too long',
  });
}
