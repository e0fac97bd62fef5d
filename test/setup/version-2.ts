/**
 * Cgroups of version 2 alone, on any machine: in a mount namespace in which nothing else is mounted. Where the machine
 * has version 1, too, no controllers are there, but freezing, killing and device programs are.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { deviceProgram } from '../../src/cgroups/v2/device-program.ts';
import { hostCgroups } from '../../src/host/cgroups.ts';
import { loadDeviceProgram } from '../../src/kernel/calls/bpf.ts';
import { close } from '../../src/kernel/calls/file.ts';
import { errnoName } from '../../src/kernel/errno.ts';
import { attempt } from '../../src/kernel/local.ts';

const script = 'umount -l /sys/fs/cgroup 2>/dev/null; mount -t cgroup2 none /sys/fs/cgroup && exec "$@"';

/** A command that executes the one appended to it. For root. */
export const onVersion2 = ['unshare', '-m', 'sh', '-c', script, 'sh'] as const;

/** Where nodes of devices can be opened: /tmp may be mounted `nodev`. */
export function placeForNodes(): string {
  const options = readFileSync('/proc/self/mounts', 'utf8').match(
    new RegExp(`^\\S+ ${tmpdir()} \\S+ (\\S+)`, 'm'),
  );
  return options?.[1]?.split(',').includes('nodev') ? '/var/tmp' : tmpdir();
}

/** Skips the test where there is no version 2 to be had, or no device program to be loaded. */
export function needDevicePrograms(context: TestContext): void {
  context.skip(process.getuid?.() !== 0, 'needs root');
  const [command, ...args] = [...onVersion2, 'true'];
  context.skip(spawnSync(command as string, args).status !== 0, 'cgroup version 2 cannot be mounted');
  const program = attempt(loadDeviceProgram(deviceProgram([]), 'try'));
  context.skip(program < 0, `the kernel takes no device program: ${errnoName(-program)}`);
  attempt(close(program));
}

/** Skips the test where the machine itself has no version 2 mounted. @returns a process's directory there */
export function directoryOnVersion2(context: TestContext, pid: number): string {
  const mountPoint = hostCgroups().find(({ version }) => version === 2)?.mountPoint;
  context.skip(mountPoint === undefined, 'cgroup version 2 is not mounted');
  return join(mountPoint ?? '', pathOnVersion2(pid));
}

/** `/web` */
export function pathOnVersion2(pid: number): string {
  return /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '';
}
