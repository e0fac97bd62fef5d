/** Sizes of the executables that are compared, and of packages of tsrun. */
import { globSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { inRoot } from '../scripts/build/paths.ts';
import type { Size } from './results.ts';
import type { Contender } from './runtimes.ts';

/** Packages are listed if they have been built (dist/package). */
export function sizes(contenders: readonly Contender[]): Size[] {
  const packages = globSync(inRoot('dist/package/*.{deb,tar.gz,tgz}'));
  return [
    ...contenders
      .filter(({ executables }) => executables.length > 0)
      .map(({ name, executables }) => ({ name, bytes: sum(executables) })),
    ...packages.map((file) => ({ name: basename(file), bytes: sum([file]) })),
  ];
}

function sum(files: readonly string[]): number {
  return files.reduce((bytes, file) => bytes + statSync(file).size, 0);
}
