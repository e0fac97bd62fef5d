/** The program of a profile: a kept one, or a new one. */

import { architecture } from '../kernel/architecture.ts';
import { libseccompIdentity } from '../kernel/libseccomp.ts';
import { stringifyJson } from '../spec/parse-json.ts';
import type { Problem } from '../spec/problem.ts';
import type { Seccomp } from '../spec/types.ts';
import { FilterCache } from './cache.ts';
import { compile } from './compile.ts';

/** To be raised when the same profile and library become another program. */
const COMPILER = 2;

export interface Compiled {
  readonly program: Uint8Array;
  /** Keeps a new one for the next time; to be called when the state root is there. */
  readonly keep?: () => void;
  /** Of its compilation. */
  readonly warnings: readonly Problem[];
}

/** @throws RuntimeError `config`, `system` where libseccomp is missing */
export function compiledFilter(profile: Seccomp, root: string): Compiled {
  const key = keyOf(profile);
  const cache = new FilterCache(root);
  const kept = key === undefined ? undefined : cache.read(key);
  if (kept) return { program: kept, warnings: [] };
  const compiled = compile(profile);
  // A kept program would not repeat the warnings.
  if (key === undefined || compiled.warnings.length > 0) return compiled;
  return { ...compiled, keep: () => cache.write(key, compiled.program) };
}

/** All that a program depends on; undefined where that is not known, since only the loader finds the library. */
function keyOf({ defaultAction, defaultErrnoRet, architectures, syscalls }: Seccomp): string | undefined {
  const library = libseccompIdentity();
  if (!library) return undefined;
  const profile = { defaultAction, defaultErrnoRet, architectures, syscalls };
  return `${COMPILER} ${architecture} ${library} ${stringifyJson(profile)}`;
}
