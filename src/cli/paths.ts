/** Paths as the caller means them. */

import { RuntimeError } from '../errors/runtime-error.ts';
import { callerReport } from '../host/caller.ts';
import { resolve } from '../kernel/path.ts';

/** Makes a path absolute. The working directory is looked up only where the path needs it: it may be gone. */
export function absolute(path: string): string {
  return path.startsWith('/') ? resolve(path) : resolve(workingDirectory(path), path);
}

/** The same for an option that may not have been given. */
export function absoluteOption(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : absolute(path);
}

function workingDirectory(path: string): string {
  // The launcher leaves a deleted directory, since engines cannot start in one.
  if (callerReport()?.cwdDeleted) throw noWorkingDirectory(path);
  try {
    return process.cwd();
  } catch (cause) {
    throw noWorkingDirectory(path, cause);
  }
}

function noWorkingDirectory(path: string, cause?: unknown): RuntimeError {
  return new RuntimeError('usage', `cannot resolve "${path}": the working directory does not exist`, {
    cause,
    hint: 'give an absolute path, or change to a directory that exists',
  });
}
