/**
 * runc and crun of Debian 13, unpacked and not installed. They want a newer C library than Debian 12 has: it lies
 * beside them, and copies of them are told to load it from there (patchelf), since runc executes itself again and so
 * cannot be started through a loader.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../scripts/build/command.ts';
import { inRoot } from '../scripts/build/paths.ts';
import { privateApt } from '../scripts/build/private-apt.ts';
import { archiveKeyring, debianArchive } from '../scripts/vm/archive.ts';

const packages = [
  ...['runc', 'crun', 'patchelf', 'libc6', 'libstdc++6', 'libgcc-s1', 'libseccomp2', 'libyajl2', 'libcap2'],
  ...['libsystemd0', 'libgcrypt20', 'libgpg-error0', 'liblz4-1', 'libzstd1', 'liblzma5'],
];

export interface NewerRuntimes {
  readonly runc: string;
  readonly crun: string;
}

/**
 * @param folder where the programs that can be executed are put
 * @throws Error where they cannot be had
 */
export function newerRuntimes(folder: string): NewerRuntimes {
  const unpacked = inRoot('.cache/debian13-runtimes');
  if (!existsSync(unpacked)) fetchTo(unpacked);
  const own = join(folder, 'debian13');
  cpSync(unpacked, own, { recursive: true, verbatimSymlinks: true });
  const [loader] = globSync(join(own, 'usr/lib/*/ld-linux-*.so.*'));
  if (loader === undefined) throw new Error('there is no loader among the packages');
  const libraries = join(loader, '..');
  const programs = { runc: join(own, 'usr/sbin/runc'), crun: join(own, 'usr/bin/crun') };
  for (const program of Object.values(programs)) {
    const patch = [join(own, 'usr/bin/patchelf'), '--set-interpreter', loader, '--force-rpath'];
    command(loader, ['--library-path', libraries, ...patch, '--set-rpath', libraries, program], folder);
  }
  spawnSync('chmod', ['-R', 'go+rX', own]);
  return programs;
}

function fetchTo(target: string): void {
  const working = `${target}.new`;
  rmSync(working, { recursive: true, force: true });
  mkdirSync(join(working, 'root'), { recursive: true });
  const source = `deb [signed-by=${archiveKeyring}] ${debianArchive()} trixie main\n`;
  privateApt(working, source).get(working, 'download', ...packages);
  for (const file of globSync(join(working, '*.deb'))) {
    command('dpkg-deb', ['--extract', file, join(working, 'root')], working);
  }
  renameSync(join(working, 'root'), target);
  rmSync(working, { recursive: true });
}
