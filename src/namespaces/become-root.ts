/**
 * The ids of the init while it sets the container up. Until they are set it has its caller's, which need not
 * exist in the new user namespace: every file that it made would be EOVERFLOW.
 */
import { type Step, step } from '../init/step.ts';
import { setresgid, setresuid } from '../kernel/calls/process.ts';
import type { IdMapping } from '../spec/types.ts';
import type { IdMaps } from './id-map.ts';
import { isMapped } from './id-map.ts';

/**
 * Root of the new user namespace, or, where it has none, the first id that it has. The id change makes the init
 * undumpable, which hands its files in /proc to the machine's root: the maps have to be written before.
 */
export function becomeRootSteps({ uid, gid }: IdMaps): readonly Step[] {
  const calls = [setresgid(rootOf(gid.mappings)), setresuid(rootOf(uid.mappings))];
  return [step('init', 'become root of the user namespace', uid.pointer, calls)];
}

function rootOf(mappings: readonly IdMapping[]): number {
  return isMapped(mappings, 0) ? 0 : (mappings[0]?.containerID ?? 0);
}
