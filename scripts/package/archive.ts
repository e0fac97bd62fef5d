/** A directory as an archive for any Linux. */
import { join } from 'node:path';
import { command } from '../build/command.ts';
import type { Compression } from './compression.ts';

/**
 * Packs `directory` under its own name.
 *
 * @returns the archive's name, beside the directory
 */
export function archive(parent: string, directory: string, compression: Compression): string {
  const file = `${directory}.tar.${compression.suffix}`;
  command(
    'tar',
    [
      ...['--create', '--format=gnu', '--sort=name', '--owner=0', '--group=0', '--numeric-owner'],
      `--use-compress-program=${compression.program}`,
      `--file=${join(parent, file)}`,
      directory,
    ],
    parent,
  );
  return file;
}
