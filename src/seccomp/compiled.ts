/** The program of a profile. */
import type { Seccomp } from '../spec/types.ts';
import { compile } from './compile.ts';

export interface Compiled {
  readonly program: Uint8Array;
}

/** @throws RuntimeError `config`, `system` where libseccomp is missing */
export function compiledFilter(profile: Seccomp): Compiled {
  return { program: compile(profile) };
}
