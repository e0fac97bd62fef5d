/** Puts `tsrun` on the PATH as a symbolic link to this clone's `bin/tsrun`. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { inRoot } from '../build/paths.ts';

/** Prints one line when it changes something or leaves something in place; TSRUN_NO_LINK=1 skips it. */
export function link(): void {
  if (process.env.TSRUN_NO_LINK) return;
  const folder = process.getuid?.() === 0 ? '/usr/local/bin' : join(homedir(), '.local/bin');
  const path = join(folder, 'tsrun');
  const target = inRoot('bin/tsrun');
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() && readlinkSync(path) === target) return;
    if (stat !== undefined && !isOurs(path, stat.isSymbolicLink())) {
      console.log(`${path} is there already and is left as it is`);
      return;
    }
    rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
    const onPath = (process.env.PATH ?? '').split(':').includes(folder);
    console.log(`linked ${path}${onPath ? '' : ` (add ${folder} to your PATH)`}`);
  } catch (error) {
    console.log(`could not link ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Whether it is a link that leads nowhere, or to the `bin/tsrun` of another clone. */
function isOurs(path: string, isLink: boolean): boolean {
  if (!isLink) return false;
  if (!existsSync(path)) return true;
  const clone = join(dirname(realpathSync(path)), '..');
  try {
    return JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')).name === 'tsrun';
  } catch {
    return false;
  }
}
