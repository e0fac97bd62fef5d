/** From the bundle's rootfs to `/`: what the container's first process does to file systems. */
import { cgroupMountSteps } from '../cgroups/mount.ts';
import type { Step } from '../init/step.ts';
import { step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { isNew } from '../namespaces/kinds.ts';
import { terminalSteps } from '../process/terminal.ts';
import { deviceSteps, openDev } from '../rootfs/devices.ts';
import { maskSteps, readonlySteps } from '../rootfs/masks.ts';
import { type MountContext, mountSteps } from '../rootfs/mounts.ts';
import { detachPropagation, moveRoot, pivot, readonlyRoot, rootPropagation } from '../rootfs/root.ts';
import { makeWorkingDirectory } from '../rootfs/working-directory.ts';
import type { Mount } from '../spec/types.ts';
import type { ContainerRequest } from './request.ts';
import type { RootTree } from './root-tree.ts';

/** Up to the change of the root: mounts, /dev, the terminal. createContainer hooks run after it. */
export function prepareRoot(
  request: ContainerRequest,
  root: RootTree,
  console: Call | undefined,
): readonly Step[] {
  const { config } = request;
  const context: MountContext = {
    root: root.tree,
    isDirectory: request.host.isDirectory,
    sourceTrees: root.sourceTrees,
    inUserNamespace: request.idMaps !== undefined || !request.host.identity.inInitialUserNamespace,
    idMaps: request.idMaps,
    mounts: config.mounts ?? [],
  };
  const { process, mounts = [], linux = {} } = config;
  return [
    detachPropagation(linux.rootfsPropagation),
    ...root.inside,
    ...mounts.flatMap((mount, index) =>
      mount.type === 'cgroup' || mount.type === 'cgroup2'
        ? cgroupMountSteps(mount, index, {
            root: root.tree,
            host: request.host.cgroups,
            cgroups: request.cgroups,
            newCgroupNamespace: isNew(request.namespaces, 'cgroup'),
          })
        : mountSteps(mount, index, context),
    ),
    ...devSteps(request, root.tree, console),
    makeWorkingDirectory(root.tree, process.cwd),
  ];
}

/** Who binds a /dev of its own has its own devices in it. */
function devSteps(
  { config, idMaps }: ContainerRequest,
  root: Call,
  console: Call | undefined,
): readonly Step[] {
  const dev = openDev(root);
  const ownDev = (config.mounts ?? []).some(isBoundDev);
  const { process } = config;
  const opened = step('init', 'open "/dev"', '', [dev]);
  const request = { dev, size: process.consoleSize, uid: process.user.uid, console: true };
  return [
    ...(ownDev ? [opened] : deviceSteps(root, dev, idMaps === undefined)),
    ...(console ? terminalSteps({ ...request, receiver: console }) : []),
    step('init', 'close "/dev"', '', [close(dev)]),
  ];
}

function isBoundDev({ destination, type, options = [] }: Mount): boolean {
  const bound = type === 'bind' || options.includes('bind') || options.includes('rbind');
  return bound && /^\/+dev\/*$/.test(destination);
}

/** The root gets its final attributes and becomes `/`. */
export function changeRoot(request: ContainerRequest, root: Call): readonly Step[] {
  const { config, noPivot } = request;
  const { readonlyPaths = [], maskedPaths = [], rootfsPropagation } = config.linux ?? {};
  return [
    ...(config.root.readonly ? [readonlyRoot(root)] : []),
    ...readonlySteps(root, readonlyPaths),
    ...maskSteps(root, maskedPaths),
    noPivot ? moveRoot(root) : pivot(root),
    ...(rootfsPropagation ? [rootPropagation(rootfsPropagation)] : []),
  ];
}
