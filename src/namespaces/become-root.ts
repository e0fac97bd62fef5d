/**
 * The ids of the init while it sets the container up. Until they are set it has its caller's, which need not
 * exist in its user namespace: every file that it made would be EOVERFLOW.
 *
 * The change makes the init undumpable, which hands its files in /proc to the machine's root: the maps have to be
 * written before.
 */
import { type Step, step } from '../init/step.ts';
import { tolerate } from '../kernel/call.ts';
import { setresgid, setresuid } from '../kernel/calls/process.ts';
import { EINVAL } from '../kernel/errno.ts';
import type { IdMapping, Namespace } from '../spec/types.ts';
import { type IdMaps, isMapped } from './id-map.ts';

/** Root of the new user namespace, or, where it has none, the first id that it has. */
export function becomeRootSteps({ uid, gid }: IdMaps): readonly Step[] {
  const calls = [setresgid(rootOf(gid.mappings)), setresuid(rootOf(uid.mappings))];
  return [step('init', 'become root of the user namespace', uid.pointer, calls)];
}

function rootOf(mappings: readonly IdMapping[]): number {
  return isMapped(mappings, 0) ? 0 : (mappings[0]?.containerID ?? 0);
}

/** Root of a user namespace that was joined, where it has a root. Nothing where none was joined. */
export function becomeRootOfJoinedSteps(namespaces: readonly Namespace[]): readonly Step[] {
  const user = namespaces.find(({ type, path }) => type === 'user' && path);
  if (user === undefined) return [];
  const calls = [tolerate(setresgid(0), EINVAL), tolerate(setresuid(0), EINVAL)];
  const pointer = `/linux/namespaces/${namespaces.indexOf(user)}`;
  return [step('init', 'become root of the joined user namespace', pointer, calls)];
}
