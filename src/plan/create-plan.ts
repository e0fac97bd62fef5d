/**
 * The plan of `create`: everything up to, not including, the user's process. It runs in three places: the host's
 * namespaces (the stub), the new ones before the root is changed, and after that. Pure.
 */
import { type Join, joinCgroups } from '../cgroups/join.ts';
import { inFile } from '../errors/in-file.ts';
import { createContainerSteps } from '../hooks/container-hooks.ts';
import { runtimeHookSteps } from '../hooks/runtime-hooks.ts';
import { spawnStubStep } from '../init/spawn-step.ts';
import { type Live, type Step, step } from '../init/step.ts';
import { type Call, call } from '../kernel/call.ts';
import { isNew } from '../namespaces/kinds.ts';
import { nestedUserSteps } from '../namespaces/nested-user.ts';
import { netDeviceSteps } from '../namespaces/net-devices.ts';
import { sysctlSteps } from '../namespaces/sysctl.ts';
import { groupsStep } from '../process/credentials.ts';
import { uniqueEnvironment } from '../process/environment.ts';
import { newKeyringStep } from '../process/keyring.ts';
import { initLabels } from '../process/labels.ts';
import { type StreamSteps, streamSteps } from '../process/streams.ts';
import { resctrlSteps } from '../resctrl/steps.ts';
import { commandSteps } from './command-steps.ts';
import { insideSteps, namespaceSteps, needsUserStub } from './namespace-steps.ts';
import type { ContainerRequest } from './request.ts';
import { changeRoot, prepareRoot } from './root-steps.ts';
import { rootTree } from './root-tree.ts';

/** Descriptors that this process opens and the container's first process inherits. */
export interface Handles {
  /** The listening socket through which hooks in the container are reached. */
  readonly listener: Call | undefined;
  /** What a created container waits on. */
  readonly fifo: Call | undefined;
  /** Connects to it. */
  readonly connect: () => number;
  /** Takes the master of the terminal; none without a terminal. */
  readonly console: Call | undefined;
  /** Told of a process that serves the root (fuse-overlayfs) and ends with the container. */
  readonly onHelper: (pid: number) => void;
}

/** What only the execution finds out, for `start`. */
export interface Findings {
  executable: string;
  env: readonly string[];
  cwdEntered: boolean;
}

export interface CreatePlan {
  /** Up to the clone: the container's first process is there after it. */
  readonly before: readonly Step[];
  /** Everything that it does. */
  readonly inside: readonly Step[];
  /** Filled in by `inside`. */
  readonly findings: Findings;
  /** Told when the cgroup turned out to be another container's. */
  readonly cgroups: Join['outcome'];
}

/** @throws RuntimeError where something of the configuration cannot be done at all */
export function createPlan(request: ContainerRequest, handles: Handles): CreatePlan {
  try {
    return allSteps(request, handles);
  } catch (error) {
    throw inFile(error, request.configFile);
  }
}

function allSteps(request: ContainerRequest, handles: Handles): CreatePlan {
  const { config, cgroups, host, namespaces } = request;
  const { listener, fifo, console } = handles;
  const join = (request.systemd?.join ?? joinCgroups)({
    directories: cgroups.directories,
    devices: config.linux?.resources?.devices,
    limits: request.limits,
    owner: request.cgroupOwner,
    permission: request.rootlessCgroups && !cgroups.explicit ? 'optional' : 'required',
    rootless: request.rootlessCgroups,
    unified: 'clone',
  });
  const root = rootTree(request, handles.onHelper);
  const nested = nestedUserSteps(request.nested);
  const labels = initLabels(config.process, request.keyring !== undefined);
  const prepared = prepareRoot(request, root, console);
  const streams = ownStreams(request);
  const findings: Findings = { executable: '', env: [], cwdEntered: true };
  const { idMapNamespaces } = root;
  const inherited = [listener, fifo, console, ...idMapNamespaces.opened].filter(
    (handle) => handle !== undefined,
  );
  return {
    before: [
      ...idMapNamespaces.steps,
      spawnStubStep(needsUserStub(request) ? ['userns', 'init'] : ['init'], inherited, request.preserveFds),
      ...labels.outside,
      ...resctrlSteps(request.resctrl),
      ...nested.outside,
      ...join.steps,
      ...root.outside,
      ...namespaceSteps(request, join),
      ...streams.outside,
      ...join.afterClone,
    ],
    inside: [
      ...insideSteps(request, join),
      ...labels.begin,
      ...(request.keyring === undefined ? [] : [newKeyringStep(request.keyring)]),
      ...prepared.steps,
      ...netDeviceSteps(config.linux?.netDevices, { namespaces, ...host }),
      ...join.afterMounts,
      ...hookSteps(request, root.tree, handles),
      ...sysctlSteps(config.linux?.sysctl, namespaces, host.isOwnNamespace),
      ...changeRoot(request, root.tree, prepared),
      ...streams.inside,
      groupsStep(config.process.user),
      ...nested.inside,
      ...commandSteps(config.process, findings, request.environment),
      ...listenPidSteps(request, findings),
      ...labels.apply,
    ],
    findings,
    cgroups: join.outcome,
  };
}

/** None with a terminal, which is another stream. */
function ownStreams({
  config: { process },
  namespaces,
  idMaps,
  nested,
  host,
}: ContainerRequest): StreamSteps {
  return streamSteps({
    streams: process.terminal ? [] : host.streams(),
    uid: nested?.outer.uid ?? process.user.uid,
    userNamespace: namespaces.some(({ type }) => type === 'user'),
    mappings: idMaps?.uid.mappings,
    rootless: host.identity.isRootless,
  });
}

/** sd_listen_fds(3): the sockets are for the process with this pid, which is 1 in a pid namespace of its own. */
function listenPidSteps({ environment, namespaces }: ContainerRequest, findings: Findings): readonly Step[] {
  if (isNew(namespaces, 'pid') || !environment.includes('LISTEN_PID=1')) return [];
  const self = call('getpid');
  return [
    step('init', 'look up its own pid', '', [self], {
      observe: (results) => {
        findings.env = uniqueEnvironment([...findings.env, `LISTEN_PID=${results.value(self)}`]);
      },
    }),
  ];
}

/** The hooks of `create`: everything is mounted, and the root is not changed yet. */
function hookSteps(request: ContainerRequest, root: Call, { listener, connect }: Handles): readonly Step[] {
  const { id, bundle, config } = request;
  const { hooks, ociVersion, annotations } = config;
  const stateOf = ({ pid }: Live) => ({
    ...{ ociVersion, id, status: 'creating' as const, pid, bundle },
    ...(annotations ? { annotations } : {}),
  });
  const env = config.process.env ?? [];
  return [
    ...runtimeHookSteps('prestart', hooks?.prestart, stateOf),
    ...runtimeHookSteps('createRuntime', hooks?.createRuntime, stateOf),
    ...(listener
      ? createContainerSteps(hooks?.createContainer, stateOf, { socket: { listener, connect }, env, root })
      : []),
  ];
}
