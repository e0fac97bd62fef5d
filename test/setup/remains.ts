/** What a container may leave behind on the host: looked for after faults, in every place that it can be. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rig } from './rig.ts';

/** @returns a line for each thing that is still there: state, writable layer, mount, cgroup */
export function remains({ path, root }: Pick<Rig, 'path' | 'root'>, id: string): string[] {
  return [
    ...[join(root, id)].filter((file) => existsSync(file)),
    ...dataHomes()
      .flatMap((home) => list(home).map((hash) => join(home, hash, id)))
      .filter((file) => existsSync(file)),
    ...readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(path) || line.includes(`/${id}/`)),
    ...cgroupsNamed(id, '/sys/fs/cgroup', 5),
  ];
}

function dataHomes(): string[] {
  if (process.getuid?.() === 0) return ['/var/lib/tsrun'];
  const { HOME, XDG_DATA_HOME } = process.env;
  return [
    ...(XDG_DATA_HOME === undefined ? [] : [join(XDG_DATA_HOME, 'tsrun')]),
    ...(HOME === undefined ? [] : [join(HOME, '.local/share/tsrun')]),
  ];
}

function cgroupsNamed(id: string, directory: string, depth: number): string[] {
  if (depth === 0) return [];
  return list(directory).flatMap((name) => {
    const path = join(directory, name);
    return name === id ? [path] : cgroupsNamed(id, path, depth - 1);
  });
}

/** The directories in a directory. */
function list(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return []; // not there, or not for us
  }
}
