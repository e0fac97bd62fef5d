/** `linux.resources`: config-linux.md, section Control groups. What no kernel takes is found before anything is done. */

import { child } from '../pointer.ts';
import { inWords, type Report } from '../problem.ts';
import type { Config, Resources } from '../types.ts';
import type { Check } from './check.ts';

type Integer = number | bigint;

const AT = '/linux/resources';

/** Microseconds: the shortest quota, and the shortest and the longest period of the kernel. */
const SHORTEST = 1000;
const LONGEST_PERIOD = 1_000_000;

export const resources: Check<Config> = {
  reads: [AT],
  run({ linux }, report) {
    if (linux?.resources) checkResources(linux.resources, AT, report);
  },
};

/** Of a file that has nothing else. That swap has its memory limit is known once the container's are added. */
export const ownResources: Check<Resources> = {
  reads: [''],
  run(subject, report) {
    checkResources(subject, '', (problem) => {
      if (!problem.pointer.startsWith('/memory/swap')) report(problem);
    });
  },
};

/** @param at JSON pointer of the resources */
export function checkResources(subject: Resources, at: string, report: Report): void {
  const { memory, cpu, blockIO, hugepageLimits, network, rdma, unified } = subject;
  if (memory) checkMemory(memory, `${at}/memory`, report);
  if (cpu) checkCpu(cpu, `${at}/cpu`, report);
  if (blockIO) checkBlockIo(blockIO, `${at}/blockIO`, report);
  hugepageLimits?.forEach(({ pageSize }, index) => {
    if (/^[1-9]\d*[KMG]B$/.test(pageSize)) return;
    const pointer = `${at}/hugepageLimits/${index}/pageSize`;
    report({ pointer, expected: 'a size such as "2MB" or "1GB"', found: inWords(pageSize) });
  });
  network?.priorities?.forEach(({ name }, index) => {
    checkName(name, `${at}/network/priorities/${index}/name`, 'the name of a network interface', report);
  });
  for (const name of Object.keys(rdma ?? {}))
    checkName(name, child(`${at}/rdma`, name), 'the name of an RDMA device', report);
  for (const name of Object.keys(unified ?? {})) {
    if (/^[a-z_]+\.[^/\s]+$/.test(name) && !name.includes('..')) continue;
    report({
      pointer: child(`${at}/unified`, name),
      expected: 'the name of a file of cgroup v2, CONTROLLER.PARAMETER',
      found: inWords(name),
    });
  }
}

function checkMemory(memory: NonNullable<Resources['memory']>, at: string, report: Report): void {
  for (const field of ['limit', 'reservation', 'swap'] as const) {
    const value = memory[field];
    if (value === undefined || value >= -1) continue;
    report({ pointer: `${at}/${field}`, expected: 'a number of bytes, or -1', found: inWords(value) });
  }
  const { limit, swap } = memory;
  if (!isPositive(swap) || Number(limit ?? 0) < 0) return;
  if (!isPositive(limit)) {
    const hint = 'swap counts memory and swap together: add "limit", or use -1';
    report({ pointer: `${at}/swap`, expected: 'no swap without a memory limit', found: inWords(swap), hint });
  } else if (swap < limit) {
    const hint = 'memory+swap limit should be >= memory limit: swap counts memory and swap together';
    report({ pointer: `${at}/swap`, expected: `at least the limit, ${limit}`, found: inWords(swap), hint });
  }
}

function checkCpu(cpu: NonNullable<Resources['cpu']>, at: string, report: Report): void {
  const { quota, period, burst, realtimeRuntime, realtimePeriod, idle } = cpu;
  if (isPositive(period) && (period < SHORTEST || period > LONGEST_PERIOD)) {
    const expected = `${SHORTEST} to ${LONGEST_PERIOD} microseconds`;
    report({ pointer: `${at}/period`, expected, found: inWords(period) });
  }
  if (isPositive(quota) && quota < SHORTEST) {
    report({ pointer: `${at}/quota`, expected: `at least ${SHORTEST} microseconds`, found: inWords(quota) });
  }
  if (isPositive(burst) && isPositive(quota) && burst > quota) {
    report({ pointer: `${at}/burst`, expected: `at most the quota, ${quota}`, found: inWords(burst) });
  }
  if (isPositive(realtimeRuntime) && isPositive(realtimePeriod) && realtimeRuntime > realtimePeriod) {
    const expected = `at most the realtimePeriod, ${realtimePeriod}`;
    report({ pointer: `${at}/realtimeRuntime`, expected, found: inWords(realtimeRuntime) });
  }
  if (idle !== undefined && Number(idle) !== 0 && Number(idle) !== 1) {
    report({ pointer: `${at}/idle`, expected: '0 or 1', found: inWords(idle) });
  }
}

function checkBlockIo(blockIO: NonNullable<Resources['blockIO']>, at: string, report: Report): void {
  checkWeight(blockIO.weight, `${at}/weight`, report);
  checkWeight(blockIO.leafWeight, `${at}/leafWeight`, report);
  blockIO.weightDevice?.forEach((device, index) => {
    const pointer = `${at}/weightDevice/${index}`;
    checkDevice(device, pointer, report);
    checkWeight(device.weight, `${pointer}/weight`, report);
    checkWeight(device.leafWeight, `${pointer}/leafWeight`, report);
  });
  for (const [field, devices] of Object.entries(blockIO)) {
    if (!field.startsWith('throttle') || !Array.isArray(devices)) continue;
    devices.forEach((device, index) => void checkDevice(device, `${at}/${field}/${index}`, report));
  }
}

function checkWeight(weight: number | undefined, pointer: string, report: Report): void {
  if (!weight || (weight >= 10 && weight <= 1000)) return;
  report({ pointer, expected: 'a weight from 10 to 1000', found: inWords(weight) });
}

function checkDevice(
  device: { readonly major: number; readonly minor: number },
  at: string,
  report: Report,
): void {
  for (const field of ['major', 'minor'] as const) {
    if (device[field] >= 0) continue;
    report({
      pointer: `${at}/${field}`,
      expected: 'the number of one device',
      found: inWords(device[field]),
    });
  }
}

/** It becomes a word in a line. */
function checkName(name: string, pointer: string, expected: string, report: Report): void {
  if (/^[^\s/]+$/.test(name)) return;
  report({ pointer, expected, found: inWords(name) });
}

function isPositive(value: Integer | undefined): value is Integer {
  return value !== undefined && value > 0;
}
