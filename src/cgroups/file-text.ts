/** Files of the cgroup filesystem that may not be there. */
import { readFileSync } from '../kernel/file-system.ts';

/** The content without the newline at its end. */
export function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

/** What is in the files of a cgroup; undefined for one that is not there. */
export function currentIn(directory: string): (file: string) => string | undefined {
  return (file) => {
    try {
      return readFileSync(`${directory}/${file}`, 'utf8').trim();
    } catch {
      return undefined;
    }
  };
}
