/** From the bundle's rootfs to `/`: what the container's first process does to file systems. */
import { cgroupMountSteps } from '../cgroups/mount.ts';
import type { Step } from '../init/step.ts';
import { step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';
import { close } from '../kernel/calls/file.ts';
import { isNew } from '../namespaces/kinds.ts';
import { terminalSteps } from '../process/terminal.ts';
import { configuredDeviceSteps } from '../rootfs/configured-devices.ts';
import { deviceSteps, openDev } from '../rootfs/devices.ts';
import { maskSteps, readonlySteps } from '../rootfs/masks.ts';
import type { MountContext } from '../rootfs/mount-context.ts';
import { effectiveLabel } from '../rootfs/mount-label.ts';
import { mountSteps } from '../rootfs/mounts.ts';
import { hideMounts, moveRoot, refuseUnsafe } from '../rootfs/no-pivot.ts';
import { detachPropagation, pivot, readonlyRoot, rootPropagation } from '../rootfs/root.ts';
import { makeWorkingDirectory } from '../rootfs/working-directory.ts';
import type { Mount } from '../spec/types.ts';
import type { ContainerRequest } from './request.ts';
import type { RootTree } from './root-tree.ts';

export interface PreparedRoot {
  readonly steps: readonly Step[];
  /** Mounts that become read-only when nothing more is made in them. */
  readonly last: readonly Step[];
  /** `linux.mountLabel`, where SELinux is in force. */
  readonly label: string | undefined;
}

/** Up to the change of the root: mounts, /dev, the terminal. createContainer hooks run after it. */
export function prepareRoot(
  request: ContainerRequest,
  root: RootTree,
  console: Call | undefined,
): PreparedRoot {
  const { config } = request;
  const { process, mounts = [], linux = {} } = config;
  const label = effectiveLabel(linux.mountLabel, request.log);
  const context: MountContext = {
    root: root.tree,
    isDirectory: request.host.isDirectory,
    sourceTrees: root.sourceTrees,
    idMapNamespaces: root.idMapNamespaces.byMount,
    inUserNamespace: hasUserNamespace(request),
    idMaps: request.idMaps,
    mounts,
    newTmpfs: new Map(),
    label,
    log: request.log,
  };
  const mounted = mounts.map((mount, index) => entrySteps(mount, index, request, context));
  return {
    steps: [
      detachPropagation(linux.rootfsPropagation),
      ...root.inside,
      ...mounted.flatMap(({ steps }) => steps),
      ...devSteps(request, root.tree, console),
      ...(process.cwd === '/' ? [] : [makeWorkingDirectory(root.tree, process.cwd)]),
    ],
    last: [...mounted.flatMap(({ last }) => last ?? []), ...closeNamespaces(root)],
    label,
  };
}

function closeNamespaces({ idMapNamespaces: { opened } }: RootTree): readonly Step[] {
  return opened.length === 0 ? [] : [step('init', 'close what ids were mapped with', '', opened.map(close))];
}

/** New, joined, or the one that we are in. */
function hasUserNamespace({ namespaces, host }: ContainerRequest): boolean {
  return !host.identity.inInitialUserNamespace || namespaces.some(({ type }) => type === 'user');
}

function entrySteps(mount: Mount, index: number, request: ContainerRequest, context: MountContext) {
  if (mount.type !== 'cgroup' && mount.type !== 'cgroup2') return mountSteps(mount, index, context);
  const { host, cgroups, namespaces, log } = request;
  const newCgroupNamespace = isNew(namespaces, 'cgroup');
  const { root } = context;
  return {
    steps: cgroupMountSteps(mount, index, { root, host: host.cgroups, cgroups, newCgroupNamespace, log }),
  };
}

/** Who binds a /dev of its own has its own devices in it. */
function devSteps(
  { config, idMaps, log }: ContainerRequest,
  root: Call,
  console: Call | undefined,
): readonly Step[] {
  const dev = openDev(root);
  const ownDev = (config.mounts ?? []).some(isBoundDev);
  const { process } = config;
  const opened = step('init', 'open "/dev"', '', [dev]);
  const devices = config.linux?.devices ?? [];
  const context = { root, mayMknod: idMaps === undefined, log };
  const request = { dev, size: process.consoleSize, uid: process.user.uid, console: true };
  return [
    ...(ownDev
      ? [opened, ...configuredDeviceSteps(context, undefined, devices)]
      : deviceSteps(context, dev, devices)),
    ...(console ? terminalSteps({ ...request, receiver: console }) : []),
    step('init', 'close "/dev"', '', [close(dev)]),
  ];
}

function isBoundDev({ destination, type, options = [] }: Mount): boolean {
  const bound = type === 'bind' || options.includes('bind') || options.includes('rbind');
  return bound && /^\/+dev\/*$/.test(destination);
}

/** The root gets its final attributes and becomes `/`. */
export function changeRoot(
  request: ContainerRequest,
  root: Call,
  { last, label }: PreparedRoot,
): readonly Step[] {
  const { config, rootfs, host } = request;
  const { readonlyPaths = [], maskedPaths = [], rootfsPropagation } = config.linux ?? {};
  if (request.noPivot) refuseUnsafe(rootfsPropagation);
  return [
    ...last,
    ...(config.root.readonly ? [readonlyRoot(root)] : []),
    ...readonlySteps(root, readonlyPaths),
    // Before the masks: the directory that they are made of lies over the host's /proc.
    ...(request.noPivot ? hideMounts(rootfs, host.fullMounts()) : []),
    ...maskSteps(maskedPaths, { root, isDirectory: host.isDirectory, label }),
    ...(request.noPivot ? moveRoot(root) : [pivot(root)]),
    ...(rootfsPropagation ? [rootPropagation(rootfsPropagation)] : []),
  ];
}
