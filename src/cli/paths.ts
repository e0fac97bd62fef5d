/** Paths as the caller means them. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { workingDirectory } from '../kernel/own-process.ts';
import { resolve } from '../kernel/path.ts';

/**
 * Makes a path absolute. The working directory is looked up only if the path needs it: it may be gone.
 *
 * @throws RuntimeError `usage`
 */
export function absolute(path: string): string {
  if (path.startsWith('/')) return resolve(path);
  const base = workingDirectory();
  if (base !== undefined) return resolve(base, path);
  throw new RuntimeError('usage', `cannot resolve "${path}": the working directory does not exist`, {
    hint: 'give an absolute path, or change to a directory that exists',
  });
}

/** The same for an option that may not have been given. */
export function absoluteOption(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : absolute(path);
}
