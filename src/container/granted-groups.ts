/** The additional groups that the container's process gets, of those that it asks for. */
import { identity } from '../host/identity.ts';
import { setgroupsDenied } from '../host/user-namespace.ts';
import type { Log } from '../log/log.ts';
import type { Namespace, Process } from '../spec/types.ts';

/**
 * Engines ask for all groups that the image's /etc/group has for the user, and root is in many of Alpine's. Who runs
 * an engine with a single id, in a user namespace without setgroups(2), gets none, with a warning.
 *
 * @param namespaces of the container; in a user namespace of its own it is another's matter
 */
export function withGrantedGroups(process: Process, namespaces: readonly Namespace[], log: Log): Process {
  const { gid, additionalGids = [] } = process.user;
  const others = additionalGids.filter((group) => group !== gid);
  if (others.length === 0 || namespaces.some(({ type }) => type === 'user')) return process;
  if (identity().inInitialUserNamespace || !setgroupsDenied()) return process;
  log.warning(`additional groups are left out: ${others.join(', ')}`, {
    pointer: '/process/user/additionalGids',
    hint: 'setgroups(2) is denied in this user namespace: have its map of groups written by newgidmap',
  });
  return { ...process, user: { ...process.user, additionalGids: [] } };
}
