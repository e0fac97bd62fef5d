/** The seccomp filter that was compiled when the container was created. */
import { identity } from '../host/identity.ts';
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
  if (!linux?.seccomp) return undefined;
  return filterOf(linux.seccomp, directory.readFilter(filter), identity().isRootless);
}
