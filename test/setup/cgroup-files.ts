/** The cgroups of a container, found by one of its processes: proc(5), `/proc/PID/cgroup`. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
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

/** Skips the test where the caller gets no memory limits, of whichever version. */
export function needMemoryLimits(context: TestContext): void {
  const groups = readFileSync('/proc/self/cgroup', 'utf8');
  if (/^\d+:([^:]*,)?memory(,[^:]*)?:/m.test(groups)) {
    context.skip(process.getuid?.() !== 0, 'cgroup v1 has memory limits for root alone');
  } else needVersion2(context, 'memory');
}

/** Skips the test unless version 2 is there alone, with all of these controllers where our containers' cgroups are. */
export function needVersion2(context: TestContext, ...controllers: readonly string[]): void {
  const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  const file = join(MOUNTS, own ?? '', own === '/' ? '.' : '..', 'cgroup.controllers');
  const there = existsSync(join(MOUNTS, 'cgroup.procs')) ? readFileSync(file, 'utf8').trim().split(' ') : [];
  const lacking = controllers.filter((name) => !there.includes(name));
  context.skip(!existsSync(join(MOUNTS, 'cgroup.procs')), 'no cgroup v2 alone');
  context.skip(lacking.length > 0, `no cgroup v2 with ${lacking.join(', ')}`);
  context.skip(!mayWrite(join(MOUNTS, own ?? '', own === '/' ? '.' : '..')), 'no cgroup v2 of the caller');
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The directory of a process's cgroup of version 2. */
export function unifiedCgroupOf(pid: number): string {
  return join(MOUNTS, /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '');
}

/** `memory.max` → its content, for a process's cgroup. */
export function unifiedFile(pid: number, file: string): string {
  return readFileSync(join(unifiedCgroupOf(pid), file), 'utf8').trim();
}

/** Skips the test where a container of this user can have a cgroup of its own: root's, and in a delegated cgroup. */
export function needNoCgroup(context: TestContext): void {
  context.skip(process.getuid?.() === 0, 'needs an ordinary user');
  context.skip(isDelegated(), "this user's cgroup is delegated");
}

/** cgroup(7): whoever may make cgroups and move processes there has been given the hierarchy of version 2. */
function isDelegated(): boolean {
  const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  if (own === undefined || !existsSync(join(MOUNTS, 'cgroup.controllers'))) return false;
  try {
    accessSync(join(MOUNTS, own, 'cgroup.procs'), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
