/** The syntax of container ids: they become names of files and of cgroups, 255 bytes at most. */
import { RuntimeError } from '../errors/runtime-error.ts';

const MAX_LENGTH = 255;

export function isContainerId(id: string): boolean {
  return /^[\w+.-]+$/.test(id) && id !== '.' && id !== '..' && id.length <= MAX_LENGTH;
}

/** @throws RuntimeError `usage` for an id that runc would refuse as well */
export function checkContainerId(id: string): void {
  if (isContainerId(id)) return;
  throw new RuntimeError('usage', `invalid container ID format: ${JSON.stringify(id)}`, {
    hint: `letters, digits, "_", "+", "-" and "." make an id, at most ${MAX_LENGTH} of them`,
  });
}
