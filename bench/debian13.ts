/**
 * runc and crun of Debian 13, unpacked and not installed. They want a newer C library than Debian 12 has: it lies
 * beside them, and copies of them are told to load it from there (patchelf), since runc executes itself again and so
 * cannot be started through a loader.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../scripts/build/command.ts';
import { inRoot } from '../scripts/build/paths.ts';
import { debianArchive } from '../scripts/vm/archive.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
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

/** With apt's own tools, but sources and lists of ours. */
function fetchTo(target: string): void {
  const working = `${target}.new`;
  rmSync(working, { recursive: true, force: true });
  for (const name of ['lists/partial', 'archives/partial', 'root'])
    mkdirSync(join(working, name), { recursive: true });
  const sources = join(working, 'sources.list');
  writeFileSync(sources, `deb [signed-by=${KEYRING}] ${debianArchive()} trixie main\n`);
  const settings = [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(working, 'lists')}`,
    `Dir::Cache=${working}`,
    // Files are written into directories that only this user can write.
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting]);
  command('apt-get', ['-qq', ...settings, 'update'], working);
  command('apt-get', ['-qq', ...settings, 'download', ...packages], working);
  for (const file of globSync(join(working, '*.deb'))) {
    command('dpkg-deb', ['--extract', file, join(working, 'root')], working);
  }
  renameSync(join(working, 'root'), target);
  rmSync(working, { recursive: true });
}
