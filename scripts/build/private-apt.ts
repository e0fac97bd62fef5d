/** apt(8) with package lists and a cache of its own: the machine's sources and lists stay as they are. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { command } from './command.ts';

export interface Apt {
  /** Runs `apt-get` in a directory. @throws what it says */
  readonly get: (directory: string, ...args: readonly string[]) => void;
}

/**
 * @param directory for lists and configuration; may be deleted afterwards
 * @param given a sources.list(5); without it the machine's own sources, the sources of packages too
 * @param architecture of the packages, as Debian names it, if it is not this machine's
 */
export function privateApt(directory: string, given?: string, architecture?: string): Apt {
  const sources = join(directory, 'sources');
  for (const path of [sources, join(directory, 'lists/partial'), join(directory, 'archives/partial')]) {
    mkdirSync(path, { recursive: true });
  }
  if (given !== undefined) writeFileSync(join(sources, 'given.list'), given);
  for (const file of given === undefined ? sourceFiles() : []) {
    writeFileSync(join(sources, basename(file)), withSources(readFileSync(file, 'utf8')));
  }
  const settings = [
    'Dir::Etc::sourcelist=/dev/null',
    `Dir::Etc::sourceparts=${sources}`,
    `Dir::State::lists=${join(directory, 'lists')}`,
    `Dir::Cache=${directory}`,
    // Files are written into directories that only this user can write.
    'APT::Sandbox::User=root',
    ...(architecture === undefined
      ? []
      : [`APT::Architecture=${architecture}`, `APT::Architectures=${architecture}`]),
  ].flatMap((setting) => ['-o', setting]);
  const get = (cwd: string, ...args: readonly string[]) =>
    command('apt-get', ['-qq', ...settings, ...args], cwd);
  get(directory, 'update');
  return { get };
}

/** sources.list(5): those of this version of the distribution. */
function sourceFiles(): string[] {
  const folder = '/etc/apt/sources.list.d';
  const parts = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  return ['/etc/apt/sources.list', ...parts].filter(
    (file) =>
      /\.(list|sources)$/.test(file) && existsSync(file) && readFileSync(file, 'utf8').includes(codename),
  );
}

/** What the archive is signed with, for all versions of Debian. */
const archiveKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Another version of Debian, from the archive that this machine's packages come from.
 *
 * @returns a sources.list(5)
 * @throws Error if this machine's packages are not Debian's
 */
export function debianSource(suite: string): string {
  const uris = sourceFiles().flatMap(urisIn);
  const uri = uris.find((each) => !each.includes('security'));
  if (uri === undefined || !existsSync(archiveKeyring))
    throw new Error("apt has no sources of Debian here, with Debian's keyring");
  return `deb [signed-by=${archiveKeyring}] ${uri} ${suite} main\n`;
}

/** In both formats. */
function urisIn(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/#.*$/gm, '');
  return [...text.matchAll(/^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+)/gm)].map(([, uri = '']) => uri);
}

/** Both formats: lines that begin with "deb", and stanzas with "Types: deb". */
export function withSources(text: string): string {
  return text.replace(/^Types:.*$/gm, 'Types: deb deb-src').replace(/^deb (.*)$/gm, 'deb $1\ndeb-src $1');
}
