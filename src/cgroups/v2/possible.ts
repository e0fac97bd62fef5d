/**
 * Limits that no write could put in force: found before anything is done. What version 1 refuses, version 2 takes and
 * does not keep: CPUs that the cgroups above do not have.
 */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Resources } from '../../spec/types.ts';
import { parentOf } from '../paths.ts';
import { numbersOf } from '../stats/stats.ts';

export interface Place {
  /** A file's content, empty where it is not there. */
  readonly read: (path: string) => string;
  /** The container's directory, and the top of the hierarchy. */
  readonly path: string;
  readonly top: string;
}

/** @throws RuntimeError `cgroup` */
export function checkPossible({ cpu, blockIO, hugepageLimits = [] }: Resources, place: Place): void {
  if (cpu?.cpus) checkSet(cpu.cpus, 'cpus', 'CPUs', place);
  if (cpu?.mems) checkSet(cpu.mems, 'mems', 'memory nodes', place);
  for (const [field, devices] of Object.entries(blockIO ?? {})) {
    if (!Array.isArray(devices)) continue;
    devices.forEach((device, index) => void checkDevice(device, `/blockIO/${field}/${index}`, place));
  }
  hugepageLimits.forEach(({ pageSize }, index) => void checkPages(pageSize, index, place));
}

/** What is written in another way, or is too large to be a CPU's, is the kernel's to refuse. */
const LIST = /^\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*$/;

function checkSet(asked: string, field: 'cpus' | 'mems', what: string, { read, path, top }: Place): void {
  if (!LIST.test(asked)) return;
  for (let level = parentOf(path); level.startsWith(top); level = parentOf(level)) {
    const there = read(`${level}/cpuset.${field}.effective`).trim();
    if (there === '') continue;
    const has = new Set(numbersOf(there));
    const lacking = numbersOf(asked).filter((one) => !has.has(one));
    if (lacking.length === 0) return;
    throw new RuntimeError('cgroup', `cannot set the set of ${what} to "${asked}": there are ${there} only`, {
      pointer: `/linux/resources/cpu/${field}`,
      hint: `the cgroups above have no others: see "${level}/cpuset.${field}.effective"`,
    });
  }
}

interface Device {
  readonly major: number;
  readonly minor: number;
}

function checkDevice({ major, minor }: Device, field: string, { read }: Place): void {
  const device = `/sys/dev/block/${major}:${minor}`;
  const isThere = read(`${device}/dev`) !== '';
  if (isThere && read(`${device}/partition`) === '') return;
  const problem = isThere ? 'is a partition' : 'is not there';
  throw new RuntimeError('cgroup', `the block device ${major}:${minor} ${problem}`, {
    pointer: `/linux/resources${field}`,
    hint: 'name a whole disk, by the numbers that lsblk shows',
  });
}

const kilobytes: Readonly<Record<string, number>> = { K: 1, M: 1024, G: 1024 * 1024 };

function checkPages(pageSize: string, index: number, { read }: Place): void {
  const [, count = '', unit = ''] = /^(\d+)([KMG])B$/.exec(pageSize) ?? [];
  const size = Number(count) * (kilobytes[unit] ?? 1);
  if (read(`/sys/kernel/mm/hugepages/hugepages-${size}kB/nr_hugepages`) !== '') return;
  throw new RuntimeError('cgroup', `the kernel has no huge pages of ${pageSize}`, {
    pointer: `/linux/resources/hugepageLimits/${index}/pageSize`,
    hint: 'ls /sys/kernel/mm/hugepages shows which sizes it has',
  });
}
