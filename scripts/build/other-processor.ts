/** The executable for a processor, which may be another one than this machine's. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, currentCommit, executable, stamp } from './build.ts';
import { CannotBuild } from './compiler.ts';
import { makeExecutable } from './executable.ts';
import { lock } from './lock.ts';
import { type Arch, dist, hostArch } from './paths.ts';
import { readStamp } from './stamp.ts';

/**
 * Brings it up to date.
 *
 * @returns its path
 * @throws CannotBuild if it cannot be built on this machine as it is
 */
export async function executableFor(arch: Arch): Promise<string> {
  if (arch !== hostArch()) return otherExecutable(arch);
  await build();
  if (!existsSync(executable))
    throw new CannotBuild('the executable cannot be built here: npm run build says why');
  return executable;
}

async function otherExecutable(arch: Arch): Promise<string> {
  using _ = lock(join(dist, '.lock'));
  const target = join(dist, `bin/tsrun-${arch}`);
  const file = join(dist, `.stamp-${arch}`);
  const commit = currentCommit();
  const wanted = stamp(commit);
  if (readStamp(file) !== wanted || !existsSync(target)) {
    rmSync(file, { force: true });
    await makeExecutable(target, { arch, commit });
    writeFileSync(file, wanted);
  }
  return target;
}
