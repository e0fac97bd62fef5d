/** A cgroup that an ordinary user may divide: a scope of the user's own service manager, with `Delegate=yes`. */

import { startProgram } from '../setup/running.ts';
import { NotApplicable } from './proof.ts';

export interface Delegated extends AsyncDisposable {
  /** From the root of the hierarchy. */
  readonly path: string;
}

/** It stays out of the way in a cgroup of its own: one with processes in it cannot hand controllers down. */
const KEEPER = `
path=$(sed -n s/^0:://p /proc/self/cgroup)
mkdir /sys/fs/cgroup$path/keeper && echo $$ >/sys/fs/cgroup$path/keeper/cgroup.procs && echo $path
exec cat`;

/** @throws NotApplicable where there is no such manager */
export async function delegatedCgroup(): Promise<Delegated> {
  const options = ['--user', '--scope', '--quiet', '--property=Delegate=yes'];
  const keeper = startProgram('systemd-run', [...options, 'sh', '-c', KEEPER]);
  try {
    await keeper.shows(/^\/.*\n/);
  } catch (error) {
    await keeper[Symbol.asyncDispose]();
    throw new NotApplicable(`no cgroup is delegated: ${error instanceof Error ? error.message : error}`);
  }
  return { path: keeper.output().trim(), [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose]() };
}
