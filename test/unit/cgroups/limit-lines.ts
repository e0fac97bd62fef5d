/** Limits in short: which file gets what. */
import type { Limits, PlacedWrite } from '../../../src/cgroups/limits.ts';
import { cgroupManager } from '../../../src/cgroups/manager.ts';
import { containerCgroups } from '../../../src/cgroups/paths.ts';
import type { HostCgroups } from '../../../src/host/cgroups.ts';
import type { Resources } from '../../../src/spec/types.ts';
import { machineFiles } from './hosts.ts';

/**
 * @param now the content of the cgroup's files, where it is there already
 * @param refused paths that the caller may not write to
 */
export function limitsOn(
  host: HostCgroups,
  resources: Resources,
  now?: Readonly<Record<string, string>>,
  refused: readonly string[] = [],
): Limits {
  const { directories } = containerCgroups(host, { id: 'web' });
  return cgroupManager(directories).limits({
    resources,
    directories,
    host,
    currentIn: () => (file) => now?.[file],
    read: (path) => machineFiles[path] ?? '',
    isRefused: (path) => refused.includes(path),
  });
}

/** `memory.max 4096`; what is tried instead stands behind a bar. */
export function lines({ writes }: Limits): string[] {
  return writes.map((write) => lineOf(write));
}

function lineOf({ file, text, otherwise, mayBeMissing, late }: PlacedWrite): string {
  return [
    `${file} ${text}`,
    ...(mayBeMissing ? ['(may be missing)'] : []),
    ...(late ? ['(late)'] : []),
    ...(otherwise ? ['|', lineOf(otherwise)] : []),
  ].join(' ');
}
