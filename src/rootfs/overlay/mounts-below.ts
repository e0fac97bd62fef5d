/** Mount points below a directory, proc_pid_mountinfo(5). */
import { readFileSync } from '../../kernel/file-system.ts';
import { realPath } from '../../kernel/opened-path.ts';

/** @returns their paths, each once; none where it cannot be found out */
export function mountsBelow(directory: string, mountinfo = '/proc/self/mountinfo'): readonly string[] {
  try {
    const real = realPath(directory);
    const prefix = real === '/' ? '/' : `${real}/`;
    const points = readFileSync(mountinfo, 'utf8').split('\n').map(mountPoint);
    return [...new Set(points.filter((point) => point.startsWith(prefix) && point !== real))];
  } catch {
    return [];
  }
}

function mountPoint(line: string): string {
  const field = line.split(' ')[4] ?? '';
  // Space, tab, newline and backslash stand there in octal, byte by byte.
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
