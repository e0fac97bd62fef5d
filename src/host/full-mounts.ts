/** Mounts of procfs and sysfs that show all of it, proc_pid_mountinfo(5): who can see one may mount another. */
import { readFileSync } from '../kernel/file-system.ts';

/** @returns their mount points, in the order in which they were mounted */
export function fullMounts(mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): readonly string[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [, , , root, mountPoint = ''] = line.split(' ');
    const type = / - (\S+) /.exec(line)?.[1];
    return root === '/' && (type === 'proc' || type === 'sysfs') ? [unescaped(mountPoint)] : [];
  });
}

/** Space, tab, newline and backslash stand there in octal, byte by byte. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
