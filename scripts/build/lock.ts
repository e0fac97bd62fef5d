/** One build at a time per clone: `flock` on our own open file, so the lock dies with this process. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** Waits for the lock; it is held until the returned object is disposed of. */
export function lock(file: string): Disposable {
  mkdirSync(dirname(file), { recursive: true });
  const fd = openSync(file, 'w');
  // flock(1) locks the open file description that it inherits as fd 3, which stays open here.
  const { status, error } = spawnSync('flock', ['3'], { stdio: ['ignore', 'ignore', 'inherit', fd] });
  if (status !== 0)
    throw new Error(`cannot lock "${file}": ${error?.message ?? `flock(1) status ${status}`}`);
  return { [Symbol.dispose]: () => closeSync(fd) };
}
