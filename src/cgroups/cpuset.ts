/**
 * A new cgroup of version 1's cpuset controller has no CPUs and no memory nodes, and nobody can join it until it
 * has (cpuset(7)): it gets its parent's.
 */
import { type Call, call } from '../kernel/call.ts';
import { close, openat, read } from '../kernel/calls/file.ts';
import { AT_FDCWD, O_RDONLY, O_WRONLY } from '../kernel/constants/file.ts';
import { type Manner, strictly } from './attach.ts';
import type { CgroupDirectory } from './paths.ts';

/** What has to be filled in. */
export const cpusetFiles = ['cpuset.cpus', 'cpuset.mems'] as const;

/** The kernel never writes more than a page here. */
const PAGE = 4096;

export function usesCpuset({ version, controllers }: CgroupDirectory): boolean {
  return version === 1 && controllers.includes('cpuset');
}

export function copyCpuset(parent: string, child: string, manner: Manner = strictly): Call[] {
  return cpusetFiles.flatMap((file) => copy(`${parent}/${file}`, `${child}/${file}`, manner));
}

function copy(from: string, to: string, manner: Manner): Call[] {
  const source = manner(openat(AT_FDCWD, from, O_RDONLY));
  const content = manner(read(source, PAGE));
  const target = manner(openat(AT_FDCWD, to, O_WRONLY));
  return [
    ...[source, content, manner(close(source))],
    // What was read is what is written: its memory, and its result as the length.
    ...[target, manner(call('write', target, content.out ?? 0, content)), manner(close(target))],
  ];
}
