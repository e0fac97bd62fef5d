/** Where the root comes from: the rootfs itself, or an overlay on it; and who has to open it. */
import type { Step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { type IdMapNamespaces, idMapNamespaces } from '../rootfs/id-mapped.ts';
import type { OverlayRequest } from '../rootfs/overlay/request.ts';
import { overlayRoot } from '../rootfs/overlay/root.ts';
import { attachRoot, bindRoot } from '../rootfs/root.ts';
import { hostSources } from './host-sources.ts';
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
  return {
    tree,
    outside: [...outside, ...sources.outside],
    inside: [...sources.inside, ...inside],
    sourceTrees: sources.trees,
    idMapNamespaces: mapped,
  };
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
