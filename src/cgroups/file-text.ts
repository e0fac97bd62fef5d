/** Files of the cgroup filesystem that may not be there. */
import { readPiece } from '../kernel/file-system.ts';

/** The content without the newline at its end. */
export function readOrEmpty(path: string): string {
  try {
    return readPiece(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** What is in the files of a cgroup; undefined for one that is not there. */
export function currentIn(directory: string): (file: string) => string | undefined {
  return (file) => {
    try {
      return readPiece(`${directory}/${file}`, 'utf8').trim();
    } catch {
      return undefined;
    }
  };
}
