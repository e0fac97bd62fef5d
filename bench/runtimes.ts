/** Finds the runtimes that are compared. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from '../test/setup/needs.ts';
import { type Release, type ReleaseRuntimes, releaseRuntimes } from './debian-packages.ts';
import { type RuntimeName, runtimeNames } from './runtime-names.ts';

export interface Contender {
  readonly name: RuntimeName;
  readonly program: string;
  /** Files of its own that a start reads; empty if the bench itself uses them too (Node). */
  readonly executables: readonly string[];
  /** Options before the command, for machines on which it does not run without them. */
  readonly fallback: readonly string[];
  /** crun refuses machines that mount both versions of cgroups, unless version 2 has no controllers. */
  readonly hideControllers: boolean;
  /** See WorkerSetup. */
  readonly sealed: boolean;
  /** It takes part in every round, or in each fourth: what is slow would take most of the time. */
  readonly every: number;
  /** First line of `--version`, the commit, and the JS runtime. */
  readonly version: string;
}

export interface Contenders {
  readonly found: readonly Contender[];
  /** Each with the reason. */
  readonly missing: readonly string[];
}

const releases: Readonly<Partial<Record<RuntimeName, readonly [Release, keyof ReleaseRuntimes]>>> = {
  runc: ['bookworm', 'runc'],
  crun: ['bookworm', 'crun'],
  'runc of Debian 13': ['trixie', 'runc'],
  'crun of Debian 13': ['trixie', 'crun'],
  'runc of sid': ['sid', 'runc'],
  'crun of sid': ['sid', 'crun'],
};

/**
 * @param clone where bin/ and dist/ are
 * @param folder for programs that are unpacked for the bench
 */
export function contenders(
  clone: string,
  folder: string,
  wanted: readonly RuntimeName[] = runtimeNames,
): Contenders {
  const found: Contender[] = [];
  const missing: string[] = [];
  const unpacked = new Map<Release, ReleaseRuntimes>();
  for (const name of runtimeNames.filter((one) => wanted.includes(one))) {
    try {
      found.push(contender(name, programOf(name, clone, folder, unpacked)));
    } catch (error) {
      missing.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { found, missing };
}

function programOf(
  name: RuntimeName,
  clone: string,
  folder: string,
  unpacked: Map<Release, ReleaseRuntimes>,
) {
  const [release, program] = releases[name] ?? [];
  if (release === undefined || program === undefined)
    return join(clone, name === 'tsrun' ? 'bin/tsrun' : 'dist/bin/tsrun-node');
  const installed = release === machineRelease() ? findCommand(program) : undefined;
  if (installed !== undefined) return installed;
  const programs = unpacked.get(release) ?? releaseRuntimes(release, folder);
  unpacked.set(release, programs);
  return programs[program];
}

function machineRelease(): string | undefined {
  return /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
}

function contender(name: RuntimeName, program: string): Contender {
  if (!existsSync(program)) throw new Error(`${program} does not exist`);
  const { status, stdout, stderr, error } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim());
  const isCrun = name.startsWith('crun');
  const isOnNode = name === 'tsrun on Node';
  return {
    name,
    program,
    executables: isOnNode ? [] : [program],
    fallback: isCrun ? ['--cgroup-manager=disabled'] : [],
    hideControllers: isCrun && isHybrid(),
    sealed: isCrun,
    every: isOnNode ? 4 : 1,
    version: stdout
      .split('\n')
      .filter((line) => /version|^(commit|node|quickjs):/i.test(line))
      .join(', '),
  };
}

/** Whether version 1 of cgroups is mounted, and version 2 beside it. */
function isHybrid(): boolean {
  return existsSync('/sys/fs/cgroup/unified/cgroup.controllers');
}
