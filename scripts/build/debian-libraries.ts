/**
 * QuickJS and libseccomp, as Debian 13 has them: static archives and headers, downloaded and unpacked below `.cache/` by
 * whoever builds. Nothing is installed. What was not made by this version of these libraries is not tsrun.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';
import { CannotBuild, triplet } from './compiler.ts';
import { type Arch, inRoot } from './paths.ts';
import { debianSource, privateApt } from './private-apt.ts';

interface Library {
  readonly package: string;
  /** The version of its authors. */
  readonly upstream: string;
  /** Debian's revision, and the SHA-256 of its packages. A later revision is taken if apt trusts it. */
  readonly revision: string;
  readonly sha256: Readonly<Record<Arch, string>>;
}

const quickjs: Library = {
  package: 'libquickjs',
  upstream: '2025.04.26',
  revision: '1',
  sha256: {
    x64: '2081ab739beb2070d02633a8e44329fd345dd6dfb49d5d30f8298347c5b04af5',
    arm64: '2ebd81948fb6e0e0f8ae152a170617df936f9dbec9d157947b677411a4bce9b2',
  },
};

const libseccomp: Library = {
  package: 'libseccomp-dev',
  upstream: '2.6.0',
  revision: '2',
  sha256: {
    x64: '12326d36a510cafeda0f33d0a97439f7812e1e56128c4b79091142ce5cf07766',
    arm64: 'a4b5e33f3c609e1186ed4725d380a96372bb6a4976a94f7911411b4371180450',
  },
};

export const quickjsVersion = quickjs.upstream.replaceAll('.', '-');
export const libseccompVersion = libseccomp.upstream;

const suite = 'trixie';

/** As Debian names them. */
const architectures = { x64: 'amd64', arm64: 'arm64' } as const;

export interface StaticLibraries {
  /** Directories with headers. */
  readonly include: readonly string[];
  readonly archives: readonly string[];
  /** The files with copyrights and licences. */
  readonly copyrights: Readonly<Record<'quickjs' | 'libseccomp', string>>;
}

/**
 * Downloads what is not in the cache yet.
 *
 * @throws CannotBuild if it cannot be downloaded, or is something else than was expected
 */
export function staticLibraries(arch: Arch): StaticLibraries {
  const cached = cachedLibraries(arch);
  if (cached !== undefined) return cached;
  download(cacheFolder(arch), arch);
  return librariesIn(cacheFolder(arch), arch);
}

/** Undefined before they have been downloaded. */
export function cachedLibraries(arch: Arch): StaticLibraries | undefined {
  const folder = cacheFolder(arch);
  return existsSync(folder) ? librariesIn(folder, arch) : undefined;
}

function cacheFolder(arch: Arch): string {
  return inRoot('.cache', `libraries-${[quickjs, libseccomp].map(nameOf).join('-')}-${arch}`);
}

function librariesIn(kept: string, arch: Arch): StaticLibraries {
  const folder = join(kept, 'usr/lib', triplet(arch));
  const copyright = (library: Library) => join(kept, 'usr/share/doc', library.package, 'copyright');
  return {
    include: [join(kept, 'usr/include/quickjs'), join(kept, 'usr/include')],
    archives: [join(folder, 'quickjs/libquickjs.a'), join(folder, 'libseccomp.a')],
    copyrights: { quickjs: copyright(quickjs), libseccomp: copyright(libseccomp) },
  };
}

function nameOf({ package: name, upstream }: Library): string {
  return `${name}-${upstream}`;
}

function download(target: string, arch: Arch): void {
  const making = `${target}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  try {
    console.error(`downloading QuickJS and libseccomp for ${arch} …`);
    const apt = privateApt(join(making, 'apt'), debianSource(suite), architectures[arch]);
    for (const library of [quickjs, libseccomp]) {
      apt.get(making, 'download', library.package);
      const [file = ''] = readdirSync(making).filter((name) => name.startsWith(`${library.package}_`));
      verify(library, arch, join(making, file), file);
      command('dpkg-deb', ['-x', file, '.'], making);
      rmSync(join(making, file));
    }
    rmSync(join(making, 'apt'), { recursive: true });
    renameSync(making, target);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CannotBuild(`cannot download QuickJS and libseccomp: ${reason}`);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** apt has verified the signature of Debian. */
function verify(
  { package: name, upstream, revision, sha256 }: Library,
  arch: Arch,
  path: string,
  file: string,
): void {
  const [, version = ''] = file.split('_');
  if (version !== upstream && !version.startsWith(`${upstream}-`))
    throw new Error(`Debian's ${suite} has ${name} ${version}, and ${upstream} is needed`);
  if (version !== `${upstream}-${revision}`) {
    console.error(
      `${name} ${version} is a later revision of Debian's than ${upstream}-${revision}: it is used`,
    );
    return;
  }
  const sum = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (sum !== sha256[arch]) throw new Error(`${file} has the SHA-256 ${sum}, expected ${sha256[arch]}`);
}
