/** The runtimes that are compared. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from '../test/setup/needs.ts';
import { newerRuntimes } from './debian13.ts';

export type RuntimeName =
  | 'tsrun (Bun)'
  | 'tsrun (Node)'
  | 'runc'
  | 'crun'
  | 'runc of Debian 13'
  | 'crun of Debian 13';

export interface Contender {
  readonly name: RuntimeName;
  readonly program: string;
  /** What one start of it reads; nothing where the bench itself uses that too (Node). */
  readonly executables: readonly string[];
  /** Options before the command where it cannot run without them. */
  readonly fallback: readonly string[];
  /** It has to see cgroup version 2 alone: crun refuses machines that mount both. */
  readonly hideCgroup1: boolean;
  /** First line of `--version`, and the engine's. */
  readonly version: string;
}

export interface Contenders {
  readonly found: readonly Contender[];
  /** With the reason, where it is known. */
  readonly missing: readonly string[];
}

/**
 * @param clone where bin/ and dist/ are
 * @param folder for programs that are made for the bench
 */
export function contenders(clone: string, folder: string): Contenders {
  const hybrid = mountsBoth();
  const found: Contender[] = [];
  const missing: string[] = [];
  const add = (name: RuntimeName, program: string | undefined, executables = [program ?? '']) => {
    if (program === undefined || !existsSync(program)) {
      missing.push(name);
      return;
    }
    const isCrun = name.startsWith('crun');
    const fallback = isCrun ? ['--cgroup-manager=disabled'] : [];
    found.push({
      ...{ name, program, executables, fallback },
      hideCgroup1: isCrun && hybrid,
      version: version(program),
    });
  };
  const bun = join(clone, 'dist/bin/tsrun-bun');
  const engine = ['tsrun-bun', 'syscall.node'].map((name) => join(clone, 'dist/engine', name));
  add('tsrun (Bun)', bun, [bun, ...engine]);
  add('tsrun (Node)', join(clone, 'dist/bin/tsrun-node'), []);
  add('runc', findCommand('runc'));
  add('crun', findCommand('crun'));
  try {
    const newer = newerRuntimes(folder);
    add('runc of Debian 13', newer.runc);
    add('crun of Debian 13', newer.crun);
  } catch (error) {
    missing.push(`runc and crun of Debian 13 (${error instanceof Error ? error.message : error})`);
  }
  return { found, missing };
}

function version(program: string): string {
  const lines = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.split('\n');
  return lines.filter((line) => /version|^(commit|bun|node):/.test(line)).join(', ');
}

export function mountsBoth(): boolean {
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  return / cgroup /.test(mounts) && !/^\S+ \/sys\/fs\/cgroup cgroup2 /m.test(mounts);
}
