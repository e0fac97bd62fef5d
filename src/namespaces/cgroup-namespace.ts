/** A new cgroup namespace: cgroup_namespaces(7). */
import { type Step, step } from '../init/step.ts';
import { unshare } from '../kernel/calls/namespace.ts';
import { CLONE_NEWCGROUP } from '../kernel/constants/process.ts';
import type { Namespace } from '../spec/types.ts';
import { isNew } from './kinds.ts';

/** For once the init is in the container's cgroup, which becomes the namespace's root. */
export function cgroupNamespaceSteps(namespaces: readonly Namespace[]): readonly Step[] {
  if (!isNew(namespaces, 'cgroup')) return [];
  return [step('init', 'create the cgroup namespace', '/linux/namespaces', [unshare(CLONE_NEWCGROUP)])];
}
