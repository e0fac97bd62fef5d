/** A directory as an archive for any Linux. */
import { join } from 'node:path';
import { command } from '../build/command.ts';

/** xz makes the same of it with two threads as with any larger number, but not as with one. */
const xz = 'xz -9 --threads=2';

/**
 * Packs `directory` under its own name.
 *
 * @returns the archive's name, beside the directory
 */
export function archive(parent: string, directory: string): string {
  const file = `${directory}.tar.xz`;
  command(
    'tar',
    [
      ...['--create', '--format=gnu', '--sort=name', '--owner=0', '--group=0', '--numeric-owner'],
      `--use-compress-program=${xz}`,
      `--file=${join(parent, file)}`,
      directory,
    ],
    parent,
  );
  return file;
}
