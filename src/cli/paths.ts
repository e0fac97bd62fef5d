/** Paths as the caller means them. */
import { resolve } from 'node:path';
import { RuntimeError } from '../errors/runtime-error.ts';

/** Makes a path absolute. The working directory is looked up only where the path needs it: it may be gone. */
export function absolute(path: string): string {
  return path.startsWith('/') ? resolve(path) : resolve(workingDirectory(path), path);
}

/** The same for an option that may not have been given. */
export function absoluteOption(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : absolute(path);
}

function workingDirectory(path: string): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new RuntimeError('usage', `cannot resolve "${path}": the working directory does not exist`, {
      cause,
      hint: 'give an absolute path, or change to a directory that exists',
    });
  }
}
