/**
 * Programs of other releases of Debian, unpacked into `.cache/` and not installed; any user may do that. The archive
 * is the one that the machine's own apt uses. What was fetched stays until it is deleted.
 */
import { cpSync, existsSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../scripts/build/command.ts';
import { inRoot } from '../scripts/build/paths.ts';
import { type Apt, privateApt } from '../scripts/build/private-apt.ts';
import { archiveKeyring, debianArchive } from '../scripts/vm/archive.ts';
import type { Callgrind } from './protocol.ts';

export type Release = 'bookworm' | 'trixie' | 'sid';

export interface ReleaseRuntimes {
  readonly runc: string;
  readonly crun: string;
}

/**
 * runc and crun of a release. They may want a newer C library than the machine has, so all packages that they depend
 * on are fetched too, and patchelf makes them load that release's loader and libraries: runc executes itself again,
 * and so cannot be started through a loader.
 *
 * @param folder for the patched programs, which have to stay in it
 * @throws Error if the packages cannot be fetched
 */
export function releaseRuntimes(release: Release, folder: string): ReleaseRuntimes {
  const fetched = fetchOnce(`runtimes-${release}`, release, (apt, working) => {
    // Nothing counts as installed, so apt fetches every package that they depend on.
    const status = join(working, 'status');
    writeFileSync(status, '');
    const settings = ['-o', `Dir::State::status=${status}`, '-o', 'Debug::NoLocking=true'];
    const how = ['--yes', '--no-install-recommends', '--download-only'];
    apt.get(working, ...settings, ...how, 'install', 'runc', 'crun', 'patchelf');
  });
  const own = join(folder, release);
  cpSync(fetched, own, { recursive: true, verbatimSymlinks: true });
  const [loader] = globSync(join(own, 'usr/lib/*/ld-linux-*.so.*'));
  if (loader === undefined) throw new Error(`no loader among the packages of ${release}`);
  const libraries = join(loader, '..');
  const programs = { runc: join(own, 'usr/sbin/runc'), crun: join(own, 'usr/bin/crun') };
  for (const program of Object.values(programs)) {
    const patch = ['--set-interpreter', loader, '--force-rpath', '--set-rpath', libraries, program];
    command(loader, ['--library-path', libraries, join(own, 'usr/bin/patchelf'), ...patch], folder);
  }
  return programs;
}

/**
 * Callgrind of Debian 13: that of Debian 12 knows neither openat2(2) nor clone3(2). Its tools are static programs that
 * run anywhere, and always the same version gives the same counts.
 *
 * @throws Error if it cannot be fetched
 */
export function fetchedCallgrind(): Callgrind {
  const fetched = fetchOnce('valgrind-trixie', 'trixie', (apt, working) => {
    apt.get(working, 'download', 'valgrind');
  });
  const library = join(fetched, 'usr/libexec/valgrind');
  const [program] = globSync(
    join(library, `callgrind-${process.arch === 'x64' ? 'amd64' : process.arch}-linux`),
  );
  if (program === undefined) throw new Error(`valgrind has no callgrind for ${process.arch}`);
  const env = {
    VALGRIND_LIB: library,
    VALGRIND_LAUNCHER: join(fetched, 'usr/bin/valgrind'),
    // Callgrind aborts on the signals that Go's scheduler sends to its own threads.
    GODEBUG: 'asyncpreemptoff=1',
  };
  return { program, env };
}

/** @returns the directory with the unpacked packages */
function fetchOnce(name: string, release: Release, fetch: (apt: Apt, working: string) => void): string {
  const target = inRoot('.cache', name);
  if (existsSync(target)) return target;
  console.error(`fetching ${name.replace('-', ' of ')} …`);
  const working = `${target}.${process.pid}`;
  try {
    mkdirSync(join(working, 'root'), { recursive: true });
    const source = `deb [signed-by=${archiveKeyring}] ${debianArchive()} ${release} main\n`;
    fetch(privateApt(working, source), working);
    for (const file of globSync(join(working, '{.,archives}/*.deb')))
      command('dpkg-deb', ['--extract', file, join(working, 'root')], working);
    command('chmod', ['-R', 'go+rX', join(working, 'root')], working);
    renameSync(join(working, 'root'), target);
  } finally {
    rmSync(working, { recursive: true, force: true });
  }
  return target;
}
