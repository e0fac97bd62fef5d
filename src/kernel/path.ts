/** Paths of files as text, with the names and the results of node:path, which the executable does not have. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { workingDirectory } from './own-process.ts';

/** Joins with slashes, and takes out empty parts, `.` and `..`. */
export function join(...parts: readonly string[]): string {
  return normalize(parts.filter((part) => part !== '').join('/'));
}

/**
 * The last absolute one and what follows it, joined; from the working directory on if none is absolute.
 *
 * @throws RuntimeError `usage` if the working directory is needed and does not exist
 */
export function resolve(...parts: readonly string[]): string {
  let from = parts.length - 1;
  while (from >= 0 && !isAbsolute(parts[from] ?? '')) from--;
  const path = join(...(from < 0 ? [requireWorkingDirectory(), ...parts] : parts.slice(from)));
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function requireWorkingDirectory(): string {
  const path = workingDirectory();
  if (path !== undefined) return path;
  throw new RuntimeError('usage', 'the working directory does not exist', {
    hint: 'give an absolute path, or change to a directory that exists',
  });
}

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** Without the last part: `.` if there is no other. */
export function dirname(path: string): string {
  const slash = path.lastIndexOf('/', endOf(path) - 1);
  if (slash <= 0) return isAbsolute(path) ? '/' : '.';
  return slash === 1 && isAbsolute(path) ? '//' : path.slice(0, slash);
}

/** The last part. */
export function basename(path: string): string {
  const end = endOf(path);
  return path.slice(path.lastIndexOf('/', end - 1) + 1, end);
}

/** Without the slashes at the end. */
function endOf(path: string): number {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return end;
}

export function normalize(path: string): string {
  if (path === '') return '.';
  const absolute = isAbsolute(path);
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!absolute) parts.push('..');
  }
  const whole = parts.join('/');
  if (absolute) return `/${whole}${whole !== '' && path.endsWith('/') ? '/' : ''}`;
  if (whole === '') return path.endsWith('/') ? './' : '.';
  return path.endsWith('/') ? `${whole}/` : whole;
}
