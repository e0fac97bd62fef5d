/** apt(8) with package lists and a cache of its own: the machine's sources and lists stay as they are. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { command } from '../build/command.ts';

export interface Apt {
  /** Runs `apt-get` in a directory. @throws what it says */
  readonly get: (directory: string, ...args: readonly string[]) => void;
}

/**
 * @param directory for lists and configuration; may be deleted afterwards
 * @param given a sources.list(5); without it the machine's own sources, the sources of packages too
 */
export function privateApt(directory: string, given?: string): Apt {
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

/** Both formats: lines that begin with "deb", and stanzas with "Types: deb". */
export function withSources(text: string): string {
  return text.replace(/^Types:.*$/gm, 'Types: deb deb-src').replace(/^deb (.*)$/gm, 'deb $1\ndeb-src $1');
}
