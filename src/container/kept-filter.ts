/** The seccomp filter that was compiled when the container was created. */
import { type Filter, filterOf } from '../seccomp/load.ts';
import type { Config } from '../spec/types.ts';
import type { StateDirectory } from './state-directory.ts';

/** @returns undefined where the configuration asks for none */
export function keptFilter(directory: StateDirectory, { linux }: Config): Filter | undefined {
  return linux?.seccomp && filterOf(linux.seccomp, directory.readFilter());
}
