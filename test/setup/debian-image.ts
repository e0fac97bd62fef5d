/** A Debian of the machine's own sources, as a tar archive that is kept between test runs. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { archiveKeyring, debianArchive } from '../../scripts/vm/archive.ts';
import { execute } from './execute.ts';

const CACHE = join(import.meta.dirname, '../../.cache');

/**
 * Makes the archive where it is not there yet, which takes half a minute.
 *
 * @param scratch where it is made when the clone is somebody else's
 * @param suite Debian's version; the machine's own without it
 * @param packages more than the fewest that make a Debian
 * @throws what mmdebstrap says
 */
export async function debianImage(
  scratch: string,
  suite = codename(),
  packages: readonly string[] = [],
): Promise<string> {
  const own = suite === codename();
  const sources = own ? sourceFiles() : [debianArchive()];
  const hash = createHash('sha256').update(process.arch);
  for (const source of sources) hash.update(own ? readFileSync(source) : `${suite} ${source}`);
  if (packages.length > 0) hash.update(packages.join(' '));
  const name = `debian-${hash.digest('hex').slice(0, 16)}.tar`;
  const cached = join(CACHE, name);
  if (existsSync(cached)) return cached;
  const directory = writable(CACHE) ?? scratch;
  const made = join(directory, `${process.pid}-${name}`);
  const arguments_ = [
    '--quiet',
    '--variant=minbase',
    '--skip=output/dev',
    '--format=tar',
    // This version's list of keys may not have another one's.
    ...(own ? [] : [`--keyring=${archiveKeyring}`]),
    ...(packages.length > 0 ? [`--include=${packages.join(',')}`] : []),
    suite,
    made,
    ...sources,
  ];
  const { code, stderr } = await execute('mmdebstrap', arguments_, {
    // An ordinary user's subordinate ids work in there: they have to reach it.
    env: { ...(process.env as Record<string, string>), TMPDIR: '/tmp' },
    timeout: 240_000,
  });
  if (code !== 0) throw new Error(`mmdebstrap: ${stderr.trim().split('\n').slice(-3).join(' ')}`);
  renameSync(made, join(directory, name));
  return join(directory, name);
}

function writable(directory: string): string | undefined {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    return directory;
  } catch {
    return undefined;
  }
}

/** sources.list(5): those for this version of the distribution; others would need keys of their own. */
function sourceFiles(): string[] {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return ['/etc/apt/sources.list', ...files].filter(
    (file) =>
      /\.(list|sources)$/.test(file) &&
      existsSync(file) &&
      readFileSync(file, 'utf8').includes(`${codename()}`),
  );
}

/** The machine's version of Debian. */
export function codename(): string {
  return /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
}

/** How this machine reaches its sources, and nothing else of its configuration: files of apt.conf(5). */
export function acquireSettings(): string[] {
  const folder = '/etc/apt/apt.conf.d';
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((file) => /^Acquire::/m.test(readFileSync(file, 'utf8')));
}
