/** The command that starts tsrun on Node, for machines on which the executable cannot be built, and for tests. */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { dist } from './paths.ts';

/**
 * With the usual space for young objects, Node grows to three times the memory before it collects what a chatty hook
 * leaves.
 */
export const nodeFlags = '--no-warnings --max-semi-space-size=1';

/**
 * `NODE_OPTIONS` is the caller's for other programs: Node would obey it. Without --disable-sigusr1, that signal would
 * start a debugger, to which any user of the machine could connect.
 *
 * Node opens descriptors of its own and raises the limit of open files: what the caller gave is noted before
 * (js-runtime/node.ts). Looking for descriptors takes one for a moment, so each is looked at again.
 */
const script = `#!/bin/sh
self=$(readlink -f "$0") || exit 1
unset NODE_OPTIONS TSRUN_DESCRIPTORS
for fd in /proc/self/fd/*; do
  [ -e "$fd" ] && TSRUN_DESCRIPTORS="$TSRUN_DESCRIPTORS \${fd##*/}"
done
TSRUN_OPEN_FILES=$(ulimit -Sn)
export TSRUN_DESCRIPTORS TSRUN_OPEN_FILES
exec "\${self%/*}/ENGINE" --disable-sigusr1 ${nodeFlags} "\${self%/*}/PROGRAM" "$@"
`;

/** Makes a command that finds Node and the program from its own place. */
export function writeNodeCommand(path: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  const text = script
    .replace('ENGINE', relative(folder, join(dist, 'engine/node')))
    .replace('PROGRAM', relative(folder, join(dist, 'node/main.cjs')));
  writeFileSync(`${path}.new`, text);
  chmodSync(`${path}.new`, 0o755);
  renameSync(`${path}.new`, path);
}
