/** Where the root comes from: the rootfs itself, or an overlay on it; and who has to open it. */
import type { Step } from '../init/step.ts';
import { step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { parseMountOptions } from '../rootfs/mount-options.ts';
import { bindTree } from '../rootfs/mounts.ts';
import { bindRoot } from '../rootfs/root.ts';
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
}

export function rootTree(request: ContainerRequest): RootTree {
  const { tree, steps } = bindRoot(request.rootfs);
  const sources = hostSources(request);
  return { tree, outside: sources.steps, inside: steps, sourceTrees: sources.trees };
}

/**
 * Root with a new user namespace: its container's root may not reach every source of a bind mount, so the stub
 * opens them with root's own rights. Everybody else's container can reach what its creator can.
 */
function hostSources({ config, idMaps, host }: ContainerRequest) {
  const trees = new Map<number, Call>();
  const steps: Step[] = [];
  if (!idMaps || host.identity.isRootless) return { trees, steps };
  config.mounts?.forEach((mount, index) => {
    const request = parseMountOptions(mount.options ?? []);
    if (request.bind === 'no' && mount.type !== 'bind') return;
    const tree = bindTree(mount.source ?? '', request);
    trees.set(index, tree);
    steps.push(step('stub', `open "${mount.source}"`, `/mounts/${index}/source`, [tree]));
  });
  return { trees, steps };
}
