/** The seccomp filter that was compiled when the container was created. */
import { type Filter, filterOf } from '../seccomp/load.ts';
import type { Config } from '../spec/types.ts';
import type { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';

/** @returns undefined where the configuration asks for none */
export function keptFilter(
  directory: StateDirectory,
  { filter }: StateRecord,
  { linux }: Config,
): Filter | undefined {
  return linux?.seccomp && filterOf(linux.seccomp, directory.readFilter(filter));
}
