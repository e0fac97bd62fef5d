/** The runtimes that are compared. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand } from '../test/setup/needs.ts';

export type RuntimeName = 'tsrun (Bun)' | 'tsrun (Node)' | 'runc' | 'crun';

export interface Contender {
  readonly name: RuntimeName;
  readonly program: string;
  /** Options before the command where it cannot run without them. */
  readonly fallback: readonly string[];
  /** It has to see cgroup version 2 alone: crun refuses machines that mount both. */
  readonly hideCgroup1: boolean;
  /** First line of `--version`, and the engine's. */
  readonly version: string;
}

/** @param clone where bin/ and dist/ are */
export function contenders(clone: string): { readonly found: Contender[]; readonly missing: string[] } {
  const hybrid = mountsBoth();
  const candidates: readonly [RuntimeName, string | undefined, boolean][] = [
    ['tsrun (Bun)', join(clone, 'dist/bin/tsrun-bun'), false],
    ['tsrun (Node)', join(clone, 'dist/bin/tsrun-node'), false],
    ['runc', findCommand('runc'), false],
    ['crun', findCommand('crun'), hybrid],
  ];
  const found: Contender[] = [];
  const missing: string[] = [];
  for (const [name, program, hideCgroup1] of candidates) {
    if (program !== undefined && existsSync(program)) {
      const fallback = name === 'crun' ? ['--cgroup-manager=disabled'] : [];
      found.push({ name, program, fallback, hideCgroup1, version: version(program) });
    } else missing.push(name);
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
