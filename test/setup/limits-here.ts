/** The limits that containers of whoever runs the tests can have here. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CgroupHierarchy, hostCgroups, ownDirectory } from '../../src/host/cgroups.ts';
import type { LooseConfig } from './base-config.ts';

const limits: Readonly<Record<string, LooseConfig>> = {
  memory: { limit: 64 << 20 },
  cpu: { shares: 512, quota: 50_000, period: 100_000 },
  pids: { limit: 100 },
};

/** Everything is denied but what every container has, and one device more. */
const devices = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', major: 10, minor: 229, access: 'rw' },
];

/** `linux.resources` with memory, cpu, pids and device rules, as far as there are controllers; nothing where none is. */
export function limitsHere(): LooseConfig {
  const found = new Set(hostCgroups().flatMap(controllersOf));
  const known = Object.entries(limits).filter(([name]) => found.has(name));
  if (process.getuid?.() !== 0) return Object.fromEntries(known);
  return { devices, ...Object.fromEntries(known) };
}

function controllersOf(hierarchy: CgroupHierarchy): readonly string[] {
  const own = ownDirectory(hierarchy);
  // On version 2 a container's cgroup stands beside ours.
  const place = hierarchy.version === 2 && own !== hierarchy.mountPoint ? dirname(own) : own;
  if (!isWritable(place)) return [];
  if (hierarchy.version === 1) return hierarchy.controllers;
  return readFileSync(join(place, 'cgroup.controllers'), 'utf8').trim().split(' ');
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
