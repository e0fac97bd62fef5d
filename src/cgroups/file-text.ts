/** Files of the cgroup filesystem that may not be there. */
import { IN_ONE_PIECE, readIfThere } from '../kernel/file-system.ts';

/** The content without the newline at its end. */
export function readOrEmpty(path: string): string {
  return textIfThere(path) ?? '';
}

/** What is in the files of a cgroup; undefined for one that is not there. */
export function currentIn(directory: string): (file: string) => string | undefined {
  return (file) => textIfThere(`${directory}/${file}`);
}

function textIfThere(path: string): string | undefined {
  try {
    return readIfThere(path, 'utf8', IN_ONE_PIECE)?.trim();
  } catch {
    // It is there, and the kernel has nothing for it.
    return undefined;
  }
}
