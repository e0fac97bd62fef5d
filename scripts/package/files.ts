/** Files of a package, as data, and written such that two builds agree: contents, modes, times. */
import { chmodSync, constants, copyFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface PackageFile {
  /** Relative to the package's root. */
  readonly path: string;
  readonly content: string | Buffer | { readonly copyOf: string };
  readonly executable?: boolean;
}

/** A file as documentation is installed by Debian: compressed, without a name and a time in it. */
export function compressed(path: string, text: string): PackageFile {
  return { path: `${path}.gz`, content: gzipSync(text, { level: 9 }) };
}

/** The same files below another directory. */
export function below(directory: string, files: readonly PackageFile[]): PackageFile[] {
  return files.map((file) => ({ ...file, path: join(directory, file.path) }));
}

/**
 * Makes a directory that holds these files and nothing else, whatever the umask.
 *
 * @param epoch seconds; the time of all files and directories
 */
export function writeFiles(directory: string, files: readonly PackageFile[], epoch: number): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const folders = new Set<string>(['.']);
  for (const { path, content, executable } of files) {
    for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) folders.add(folder);
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    if (typeof content === 'string' || Buffer.isBuffer(content)) writeFileSync(target, content);
    else copyFileSync(content.copyOf, target, constants.COPYFILE_FICLONE);
    chmodSync(target, executable ? 0o755 : 0o644);
    utimesSync(target, epoch, epoch);
  }
  for (const folder of folders) {
    chmodSync(join(directory, folder), 0o755);
    utimesSync(join(directory, folder), epoch, epoch);
  }
}
