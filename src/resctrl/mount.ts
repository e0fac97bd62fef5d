/** Where the host has its resctrl file system: the kernel's Documentation/filesystems/resctrl.rst. */
import { RuntimeError } from '../errors/runtime-error.ts';
import { readFileSync } from '../kernel/file-system.ts';

/** @throws RuntimeError `unsupported` where none is mounted */
export function resctrlMount(
  pointer: string,
  mountinfo = readFileSync('/proc/self/mountinfo', 'utf8'),
): string {
  for (const line of mountinfo.split('\n')) {
    const [mount = '', filesystem = ''] = line.split(' - ');
    // The fifth field, with the octal escapes of proc_pid_mountinfo(5).
    if (filesystem.startsWith('resctrl ')) return unescaped(mount.split(' ')[4] ?? '');
  }
  throw new RuntimeError('unsupported', 'intelRdt is specified, but no resctrl file system is mounted', {
    pointer,
    hint: 'where the processor has it: mount -t resctrl resctrl /sys/fs/resctrl; else remove linux.intelRdt',
  });
}

function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
