/** Plans for a machine that is written down here, not the one that the test runs on. */
import { withDefaultDevices } from '../../../src/cgroups/default-devices.ts';
import { newLimits } from '../../../src/cgroups/manager.ts';
import { containerCgroups } from '../../../src/cgroups/paths.ts';
import type { HostCgroups } from '../../../src/host/cgroups.ts';
import type { Identity } from '../../../src/host/identity.ts';
import { call } from '../../../src/kernel/call.ts';
import { capabilityNames } from '../../../src/kernel/constants/capability.ts';
import { silentLog } from '../../../src/log/log.ts';
import { chooseIdMaps } from '../../../src/namespaces/id-maps.ts';
import { createPlan } from '../../../src/plan/create-plan.ts';
import type { Plan } from '../../../src/plan/print.ts';
import type { ContainerRequest } from '../../../src/plan/request.ts';
import { letGoStep, waitPlan } from '../../../src/plan/wait-plan.ts';
import { resolveCapabilities } from '../../../src/process/capabilities.ts';
import { overlayRequest } from '../../../src/rootfs/overlay/request.ts';
import { generateSpec } from '../../../src/spec/generate.ts';
import type { Config } from '../../../src/spec/types.ts';
import { machineFiles, unified } from '../cgroups/hosts.ts';
import { type HostFixture, host, ordinary, root } from '../namespaces/fixture.ts';

const ids = { uid: 1000, gid: 100 };

/** What `spec` writes for root, and for an ordinary user. */
export const rootSpec = generateSpec({ rootless: false, overlay: false, ids });
export const overlaySpec = generateSpec({ rootless: false, overlay: true, ids });
export const overlayRootlessSpec = generateSpec({ rootless: true, overlay: true, ids });
export const rootlessSpec = generateSpec({ rootless: true, overlay: false, ids });

interface Machine extends HostFixture {
  readonly cgroups?: HostCgroups;
  readonly noPivot?: boolean;
  readonly overlayLower?: readonly string[];
}

/** As root, on a machine with cgroups of version 2 alone. */
export function asRoot(config: Config, machine: Machine = {}): Plan {
  return planOf(config, root, machine);
}

export function asOrdinaryUser(config: Config, machine: Machine = {}): Plan {
  return planOf(config, ordinary, machine);
}

/** Stand for what is open before the plan is executed. */
const listener = call('socket');
const fifo = call('openat');
const console = call('socket');

function planOf(config: Config, identity: Identity, machine: Machine): Plan {
  const request = requestFor(config, identity, machine);
  const terminal = config.process.terminal === true;
  const { before, inside, findings } = createPlan(request, {
    onHelper: () => {},
    listener: config.hooks ? listener : undefined,
    fifo,
    connect: () => -1,
    console: terminal ? console : undefined,
  });
  const { process } = config;
  const { uid, gid, additionalGids = [] } = process.user;
  const all = (1n << BigInt(capabilityNames.length)) - 1n;
  const {
    before: became,
    wait,
    held,
  } = waitPlan(
    {
      process,
      linux: config.linux ?? {},
      executable: process.args?.[0] ?? '',
      env: findings.env,
      cwdEntered: true,
      credentials: {
        ...{ uid, gid, additionalGids, noNewPrivileges: process.noNewPrivileges ?? false },
        capabilities: resolveCapabilities(process.capabilities, all).masks,
      },
      preserveFds: 0,
      limitedFrom: undefined,
      filter: undefined,
    },
    {
      gate: { kind: 'fifo', fifo },
      filtered: false,
      dumpable: identity.isRootless,
      unused: config.hooks ? [listener] : [],
    },
  );
  return {
    create: [...before, ...inside, ...became, wait],
    start: [letGoStep(), ...held],
    handles: { listener, fifo, console },
  };
}

function requestFor(
  given: Config,
  identity: Identity,
  { cgroups = unified, noPivot = false, overlayLower, ...facts }: Machine,
): ContainerRequest {
  const config = withDefaultDevices(given, identity);
  const linux = config.linux ?? {};
  const own = containerCgroups(cgroups, { id: 'web', cgroupsPath: linux.cgroupsPath });
  const { namespaces, maps, nested } = chooseIdMaps(linux, config.process.user, host({ ...facts, identity }));
  return {
    id: 'web',
    bundle: '/bundle',
    configFile: '/bundle/config.json',
    config,
    namespaces,
    idMaps: maps,
    nested,
    rootfs: '/bundle/rootfs',
    overlay: overlayRequest(config, { overlayLower }),
    stateDirectory: '/run/tsrun/web',
    dataDirectory: () => '/data/web',
    cgroups: own,
    rootlessCgroups: identity.isRootless,
    limits: newLimits(own.directories, cgroups, linux.resources, {
      read: (path) => machineFiles[path] ?? '',
      isRefused: () => false,
    }),
    cgroupOwner: undefined,
    resctrl: undefined,
    host: {
      identity,
      cgroups,
      streams: () => [
        { fd: 0, uid: identity.euid },
        { fd: 2, uid: identity.euid },
      ],
      fullMounts: () => ['/proc', '/bundle/rootfs/proc', '/sys'],
      isOwnNamespace: (_, path) => path.startsWith('/proc/self/'),
      isDirectory: (path) => path.startsWith('/sys') || path.endsWith('/'),
    },
    log: silentLog,
    noPivot,
    keyring: '_ses.web.SECRET',
    preserveFds: 0,
    environment: [],
  };
}
