/** Where the root comes from: the rootfs itself, or an overlay on it; and who has to open it. */
import type { Step } from '../init/step.ts';
import { step } from '../init/step.ts';
import type { Call, Failure } from '../kernel/call.ts';
import { mountIdMap, mountSetattr } from '../kernel/calls/mount.ts';
import { MS_PRIVATE, MS_SLAVE } from '../kernel/constants/mount.ts';
import { bindTree } from '../rootfs/bind-mount.ts';
import { explainBind } from '../rootfs/explain-mount.ts';
import { explainIdMap, type IdMapNamespaces, idMapNamespaces, isMappedBelow } from '../rootfs/id-mapped.ts';
import { parseMountOptions } from '../rootfs/mount-options.ts';
import { isBind } from '../rootfs/mounts.ts';
import type { OverlayRequest } from '../rootfs/overlay/request.ts';
import { overlayRoot } from '../rootfs/overlay/root.ts';
import { attachRoot, bindRoot } from '../rootfs/root.ts';
import type { RootfsPropagation } from '../spec/types.ts';
import type { ContainerRequest } from './request.ts';

export interface RootTree {
  /** The root's mount. */
  readonly tree: Call;
  /** What the stub does before the namespaces are made. */
  readonly outside: readonly Step[];
  /** What the init does. */
  readonly inside: readonly Step[];
  /** Sources of bind mounts that the stub opens, by index in `mounts`. */
  readonly sourceTrees: ReadonlyMap<number, Call>;
  /** User namespaces whose maps mounts take over: opened by the runtime, inherited by the stubs. */
  readonly idMapNamespaces: IdMapNamespaces;
}

export function rootTree(request: ContainerRequest, onHelper: (pid: number) => void): RootTree {
  const { config, idMaps, namespaces, host } = request;
  const { isRootless } = host.identity;
  const mapped = idMapNamespaces(config.mounts ?? [], { idMaps, namespaces, isRootless });
  const sources = hostSources(request, mapped.byMount);
  const { tree, outside, inside } = request.overlay
    ? overlay(request, request.overlay, onHelper)
    : plain(request);
  const steps = [...outside, ...sources.steps];
  return { tree, outside: steps, inside, sourceTrees: sources.trees, idMapNamespaces: mapped };
}

type Root = Pick<RootTree, 'tree' | 'outside' | 'inside'>;

function plain({ rootfs }: ContainerRequest): Root {
  const { tree, steps } = bindRoot(rootfs);
  return { tree, outside: [], inside: steps };
}

function overlay(request: ContainerRequest, asked: OverlayRequest, onHelper: (pid: number) => void): Root {
  const { rootfs, dataDirectory, idMaps, namespaces, host, log } = request;
  const joinsUserNamespace = namespaces.some(({ type, path }) => type === 'user' && path);
  const { identity } = host;
  const context = { rootfs, dataDirectory, idMaps, joinsUserNamespace, identity, log, onHelper };
  const root = overlayRoot(asked, context);
  return { ...root, inside: [...root.inside, attachRoot(root.tree, ...placesFor(request))] };
}

/** Directories that nothing is usually bound from. */
const PLACES = ['/mnt', '/media', '/srv', '/opt', '/var/tmp'];

/** Where the root is attached until it is `/`: over its own lower layer, unless that is the host's root or out of reach. */
function placesFor({ rootfs, host }: ContainerRequest): [string, string] {
  const elsewhere = PLACES.find((path) => host.isDirectory(path)) ?? '/tmp';
  return [rootfs === '/' ? elsewhere : rootfs, elsewhere];
}

/**
 * The sources of bind mounts that root's stub opens, in the host's mount namespace and with root's rights: for a
 * new user namespace, whose root may not reach all of them; those whose ids are mapped, which only root may do; and
 * where the root is to be shared, since mounts on what is opened inside never reach the host. Everybody else's
 * container can reach what its creator can.
 */
function hostSources(
  { config, idMaps, namespaces, host }: ContainerRequest,
  mapped: ReadonlyMap<number, Call>,
) {
  const trees = new Map<number, Call>();
  const steps: Step[] = [];
  const { rootfsPropagation: propagation } = config.linux ?? {};
  // What is mounted in a user namespace must not reach the host: as the kernel has it, mount_namespaces(7).
  const isShared =
    (propagation === 'shared' || propagation === 'rshared') &&
    !namespaces.some(({ type }) => type === 'user');
  if (host.identity.isRootless || !(idMaps || isShared || mapped.size > 0)) return { trees, steps };
  config.mounts?.forEach((mount, index) => {
    const request = parseMountOptions(mount.options ?? []);
    if (!isBind(mount, request) || request.remount) return;
    const users = mapped.get(index);
    if (!(idMaps || isShared || users)) return;
    const pointer = `/mounts/${index}`;
    const tree = bindTree(mount.source ?? '', request);
    trees.set(index, tree);
    const name = `open "${mount.source}"`;
    const calls = [
      ...[tree, ...(isShared ? [] : [cut(tree, propagation)])],
      ...(users ? [mountIdMap(tree, users, { recursive: isMappedBelow(mount) })] : []),
    ];
    const explain = (failure: Failure) =>
      explainIdMap(mount, failure, pointer) ?? explainBind(mount, name, failure.errno, failure.call, pointer);
    steps.push(step('stub', name, `${pointer}/source`, calls, { recover: explain }));
  });
  return { trees, steps };
}

/** What is mounted on it later stays in the container, as on everything that is opened there. */
function cut(tree: Call, propagation: RootfsPropagation | undefined): Call {
  const isPrivate = propagation === 'private' || propagation === 'rprivate';
  return mountSetattr(tree, { propagation: isPrivate ? MS_PRIVATE : MS_SLAVE }, { recursive: true });
}
