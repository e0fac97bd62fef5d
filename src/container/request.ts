/** Turns a bundle and the command line into what the plan is made from: looks at the host, changes nothing. */

import { withDefaultDevices } from '../cgroups/default-devices.ts';
import { checkDevicePlace } from '../cgroups/device-place.ts';
import { readOrEmpty } from '../cgroups/file-text.ts';
import { cgroupManager, newLimits } from '../cgroups/manager.ts';
import { type ContainerCgroups, containerCgroups } from '../cgroups/paths.ts';
import type { systemdManager } from '../cgroups/systemd/manager.ts';
import { type CgroupOwner, cgroupOwner } from '../cgroups/v2/owner.ts';
import { inFile } from '../errors/in-file.ts';
import { callerEnvironment } from '../host/caller.ts';
import { hostCgroups } from '../host/cgroups.ts';
import { fullMounts } from '../host/full-mounts.ts';
import { type Identity, identity } from '../host/identity.ts';
import { isOwnNamespace } from '../host/own-namespace.ts';
import { transferableStreams } from '../host/streams.ts';
import { statSync } from '../kernel/file-system.ts';
import type { Log } from '../log/log.ts';
import { callerIds } from '../namespaces/caller-ids.ts';
import { chooseIdMaps } from '../namespaces/id-maps.ts';
import type { ContainerRequest, HostFacts } from '../plan/request.ts';
import { newKeyringName } from '../process/keyring.ts';
import { resctrlGroup } from '../resctrl/group.ts';
import { withAbsolutePaths } from '../rootfs/mount-paths.ts';
import { dataDirectory } from '../rootfs/overlay/data-directory.ts';
import { overlayRequest } from '../rootfs/overlay/request.ts';
import type { Resources } from '../spec/types.ts';
import type { Bundle } from './bundle.ts';
import type { CreateOptions } from './create.ts';
import { grantedCapabilities, ownsRights } from './granted-capabilities.ts';
import { withGrantedGroups } from './granted-groups.ts';
import { notifiedSocket, notifyEnvironment, withNotifyMount } from './notify-mount.ts';
import { checkPassedDescriptors, listenDescriptors } from './passed-descriptors.ts';
import { goesOnWithoutCgroups, type Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';

/** @throws RuntimeError with the configuration's file, where one of its fields is to blame */
export function containerRequest(
  runtime: Runtime,
  options: CreateOptions,
  bundle: Bundle,
  makeSystemd?: typeof systemdManager,
): ContainerRequest {
  try {
    return request(runtime, options, bundle, makeSystemd);
  } catch (error) {
    throw inFile(error, bundle.configFile);
  }
}

function request(
  runtime: Runtime,
  options: CreateOptions,
  bundle: Bundle,
  makeSystemd: typeof systemdManager | undefined,
): ContainerRequest {
  const host = hostFacts();
  const config = withDefaultDevices(withAbsolutePaths(bundle.config, bundle.path), host.identity);
  const { log } = runtime;
  const linux = config.linux ?? {};
  const listen = listenDescriptors();
  checkPassedDescriptors(options.preserveFds, listen?.count);
  const { namespaces, maps, nested, notices } = chooseIdMaps(linux, config.process.user, callerIds());
  for (const { message, hint } of notices) log.warning(message, hint === undefined ? {} : { hint });
  const { id } = options;
  const systemd = makeSystemd?.({ id, config, rootless: runtime.rootless, identity: host.identity });
  const cgroups = chooseCgroups(runtime, id, linux.cgroupsPath, systemd?.path, host);
  // For its warnings, now: the masks are `start`'s.
  const rights = ownsRights(
    { userNamespace: maps !== undefined, ...(nested ? { nested } : {}) },
    { namespaces: [...namespaces] },
  );
  grantedCapabilities(config.process.capabilities, rights, log);
  const granted = { ...config, process: withGrantedGroups(config.process, namespaces, log) };
  const rules = linux.resources?.devices ?? [];
  if (runtime.cgroupManager === 'disabled') noteUnrestricted(rules.length, log);
  else if (!host.identity.isRootless) checkDevicePlace(cgroups.directories, rules, log);
  const notifies = notifiedSocket() !== undefined;
  noteIgnored(linux.resources, log);
  return {
    id,
    bundle: bundle.path,
    configFile: bundle.configFile,
    config: notifies ? withNotifyMount(granted, new StateDirectory(runtime.root, options.id).path) : granted,
    namespaces,
    idMaps: maps,
    nested,
    rootfs: bundle.rootfs,
    overlay: overlayRequest(config, options),
    stateDirectory: `${runtime.root}/${options.id}`,
    dataDirectory: () => dataDirectory(dataOwner(host.identity), runtime.root, options.id),
    cgroups,
    systemd,
    rootlessCgroups: goesOnWithoutCgroups(runtime.rootless, host.identity),
    cgroupOwner: ownerOf(cgroups, { config, namespaces, idMaps: maps, nested, host }),
    limits: newLimits(cgroups.directories, host.cgroups, linux.resources),
    resctrl: linux.intelRdt && resctrlGroup(linux.intelRdt, options.id),
    host,
    log,
    noPivot: options.noPivot,
    keyring: options.noNewKeyring ? undefined : newKeyringName(options.id),
    preserveFds: options.preserveFds + (listen?.count ?? 0),
    environment: [...(listen?.environment ?? []), ...(notifies ? notifyEnvironment : [])],
  };
}

/** Engines give the rules in any case, and with `--cgroup-manager disabled` mean that they are not kept. */
function noteUnrestricted(rules: number, log: Log): void {
  if (rules > 0)
    log.debug('devices are not restricted: cgroups are disabled', { pointer: '/linux/resources/devices' });
}

/** As runc since 1.1: the kernel has not counted it apart from the rest since 5.16. */
function noteIgnored(resources: Resources | undefined, log: Log): void {
  const { kernel, kernelTCP } = resources?.memory ?? {};
  if (kernel === undefined && kernelTCP === undefined) return;
  log.warning('kernel memory limits are ignored', {
    pointer: `/linux/resources/memory/${kernel === undefined ? 'kernelTCP' : 'kernel'}`,
    hint: 'the memory limit counts what the kernel uses, too',
  });
}

function dataOwner({ isRootless }: Identity) {
  return { isRoot: !isRootless, environment: callerEnvironment() };
}

function hostFacts(): HostFacts {
  return {
    identity: identity(),
    cgroups: hostCgroups(),
    streams: transferableStreams,
    isDirectory: isDirectoryHere,
    isOwnNamespace,
    fullMounts,
  };
}

/** Of a path that cannot be looked at, the step that uses it says why. */
function isDirectoryHere(path: string): boolean | undefined {
  try {
    return statSync(path)?.isDirectory();
  } catch {
    return undefined;
  }
}

/** Version 1 is delegated to nobody: it is not safe (config-linux.md, "Cgroup ownership"). */
function ownerOf(
  { directories }: ContainerCgroups,
  request: Pick<ContainerRequest, 'config' | 'namespaces' | 'idMaps' | 'nested' | 'host'>,
): CgroupOwner | undefined {
  if (cgroupManager(directories).kind !== 'v2') return undefined;
  const { config, namespaces, idMaps, nested, host } = request;
  const maps = idMaps && { uid: idMaps.uid.mappings, gid: idMaps.gid.mappings };
  const { euid } = host.identity;
  return cgroupOwner({ config, namespaces, maps, outer: nested?.outer, euid }, readOrEmpty);
}

function chooseCgroups(
  runtime: Runtime,
  id: string,
  cgroupsPath: string | undefined,
  unitPath: string | undefined,
  host: HostFacts,
): ContainerCgroups {
  if (runtime.cgroupManager === 'disabled') return { directories: [], explicit: false };
  return containerCgroups(host.cgroups, { id, cgroupsPath, unitPath });
}
