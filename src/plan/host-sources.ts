/** Sources of bind mounts that have to be opened outside of the container. */
import { type Step, step } from '../init/step.ts';
import type { Call, Failure } from '../kernel/call.ts';
import { mountIdMap, mountSetattr } from '../kernel/calls/mount.ts';
import { MS_PRIVATE, MS_SLAVE } from '../kernel/constants/mount.ts';
import { isNew } from '../namespaces/kinds.ts';
import { bindTree } from '../rootfs/bind-mount.ts';
import { explainBind } from '../rootfs/explain-mount.ts';
import { explainIdMap, isMappedBelow } from '../rootfs/id-mapped.ts';
import { type LockedSources, lockedSources, type Source } from '../rootfs/locked-sources.ts';
import { parseMountOptions } from '../rootfs/mount-options.ts';
import { isBind } from '../rootfs/mounts.ts';
import type { RootfsPropagation } from '../spec/types.ts';
import type { ContainerRequest } from './request.ts';

/**
 * The sources of bind mounts that root's stub opens, in the host's mount namespace and with root's rights: for a user
 * namespace, new or joined, whose root may not reach all of them; those whose ids are mapped, which only root may do; and
 * where the root is to be shared, since mounts on what is opened inside never reach the host. Everybody else's
 * container can reach what its creator can.
 */
export function hostSources(
  { config, namespaces, host, stateDirectory }: ContainerRequest,
  mapped: ReadonlyMap<number, Call>,
): LockedSources {
  const sources = new Map<number, Source>();
  const steps: Step[] = [];
  const { rootfsPropagation: propagation } = config.linux ?? {};
  const inUserNamespace = namespaces.some(({ type }) => type === 'user');
  // What is mounted in a user namespace must not reach the host: as the kernel has it, mount_namespaces(7).
  const isShared = (propagation === 'shared' || propagation === 'rshared') && !inUserNamespace;
  if (host.identity.isRootless || !(inUserNamespace || isShared || mapped.size > 0)) return NOTHING;
  config.mounts?.forEach((mount, index) => {
    const request = parseMountOptions(mount.options ?? []);
    if (!isBind(mount, request) || request.remount) return;
    const users = mapped.get(index);
    if (!(inUserNamespace || isShared || users)) return;
    const pointer = `/mounts/${index}`;
    const tree = bindTree(mount.source ?? '', request);
    sources.set(index, { tree, isDirectory: host.isDirectory(mount.source ?? '') !== false });
    const name = `open "${mount.source}"`;
    const calls = [
      ...[tree, ...(isShared ? [] : [cut(tree, propagation)])],
      ...(users ? [mountIdMap(tree, users, { recursive: isMappedBelow(mount) })] : []),
    ];
    const explain = (failure: Failure) =>
      explainIdMap(mount, failure, pointer) ?? explainBind(mount, name, failure.errno, failure.call, pointer);
    steps.push(step('stub', name, `${pointer}/source`, calls, { recover: explain }));
  });
  if (sources.size === 0) return NOTHING;
  if (inUserNamespace && isNew(namespaces, 'mount')) {
    const locked = lockedSources(sources, stateDirectory);
    return { ...locked, outside: [...steps, ...locked.outside] };
  }
  const trees = new Map([...sources].map(([index, { tree }]) => [index, tree]));
  return { trees, outside: steps, inside: [] };
}

const NOTHING: LockedSources = { trees: new Map(), outside: [], inside: [] };

/** What is mounted on it later stays in the container, as on everything that is opened there. */
function cut(tree: Call, propagation: RootfsPropagation | undefined): Call {
  const isPrivate = propagation === 'private' || propagation === 'rprivate';
  return mountSetattr(tree, { propagation: isPrivate ? MS_PRIVATE : MS_SLAVE }, { recursive: true });
}
