/** The cgroups of a container, found by one of its processes: proc(5), `/proc/PID/cgroup`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

const MOUNTS = '/sys/fs/cgroup';

/** Skips the test where version 1 is not mounted, or has not all of these controllers. */
export function needVersion1(context: TestContext, ...controllers: readonly string[]): void {
  const groups = readFileSync('/proc/self/cgroup', 'utf8');
  const lacking = controllers.filter(
    (name) => !new RegExp(`^\\d+:([^:]*,)?${name}(,[^:]*)?:`, 'm').test(groups),
  );
  context.skip(lacking.length > 0, `no cgroup v1 with ${lacking.join(', ')}`);
}

/** The directory of a process's cgroup in the hierarchy of a controller of version 1. */
export function cgroupOf(pid: number, controller: string): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  for (const line of lines) {
    const [, names = '', path = ''] = line.split(':');
    if (names.split(',').includes(controller)) return join(MOUNTS, names, path);
  }
  throw new Error(`process ${pid} is in no cgroup of ${controller}`);
}

/** `memory.limit_in_bytes` → its content, for a process's cgroup; the controller is the name's first part. */
export function cgroupFile(pid: number, file: string): string {
  return readFileSync(join(cgroupOf(pid, file.split('.')[0] ?? ''), file), 'utf8').trim();
}
