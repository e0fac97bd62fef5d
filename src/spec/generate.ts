/**
 * The config.json that `tsrun spec` writes: what `runc spec` writes, with an overlay root if wanted. Nothing in
 * it asks for what this version does not implement.
 */

import { stringifyJson } from './parse-json.ts';
import type { Capabilities, Config, IdMapping, Linux, Mount, NamespaceType } from './types.ts';

/** Consecutive ids. */
export interface IdRange {
  readonly start: number;
  readonly size: number;
}

export interface SpecOptions {
  /** For an ordinary user: with a user namespace, without what needs root. */
  readonly rootless: boolean;
  /** Writes go to an upper layer, and the bundle's rootfs stays as it is. */
  readonly overlay: boolean;
  /** Of the user who will run it, with the subordinate ranges to be mapped, if any. */
  readonly ids: {
    readonly uid: number;
    readonly gid: number;
    readonly subuid?: IdRange;
    readonly subgid?: IdRange;
  };
}

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const CAPABILITIES = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];
const NAMESPACES: readonly NamespaceType[] = ['pid', 'network', 'ipc', 'uts', 'mount'];
const ROOTLESS_NAMESPACES: readonly NamespaceType[] = ['pid', 'ipc', 'uts', 'mount', 'user'];

const MASKED_PATHS = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/sys/firmware',
  '/proc/scsi',
];

const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/** A configuration that can be run as it is, given a `rootfs` beside it. */
export function generateSpec(options: SpecOptions): Config {
  const { rootless, overlay } = options;
  return {
    ociVersion: '1.3.0',
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ['sh'],
      env: [PATH, 'TERM=xterm'],
      cwd: '/',
      capabilities: capabilities(),
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    // Read-only, as runc has it, would leave nothing to write to the upper layer.
    root: { path: 'rootfs', readonly: !overlay },
    hostname: 'tsrun',
    mounts: mounts(rootless),
    ...(overlay ? { annotations: { 'org.tsrun.overlay': 'disk' } } : {}),
    linux: linux(options),
  };
}

/** As a file: indented by two spaces, with a newline at the end. */
export function serializeSpec(config: Config): string {
  return `${stringifyJson(config, 2)}\n`;
}

/** No inheritable ones: CVE-2022-24769. */
function capabilities(): Capabilities {
  return {
    bounding: [...CAPABILITIES],
    effective: [...CAPABILITIES],
    permitted: [...CAPABILITIES],
    ambient: [...CAPABILITIES],
  };
}

function mounts(rootless: boolean): Mount[] {
  const quiet = ['nosuid', 'noexec', 'nodev'];
  const pts = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'];
  return [
    { destination: '/proc', type: 'proc', source: 'proc' },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    // The group tty is not mapped for an ordinary user.
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: rootless ? pts : [...pts, 'gid=5'],
    },
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: [...quiet, 'mode=1777', 'size=65536k'],
    },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: [...quiet] },
    sysfs(rootless, quiet),
    {
      destination: '/sys/fs/cgroup',
      type: 'cgroup',
      source: 'cgroup',
      options: [...quiet, 'relatime', 'ro'],
    },
  ];
}

/** A new sysfs needs a network namespace of one's own: without it the host's is bound, with its cgroups read-only. */
function sysfs(rootless: boolean, options: string[]): Mount {
  return rootless
    ? { destination: '/sys', type: 'none', source: '/sys', options: ['rbind', ...options, 'rro'] }
    : { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...options, 'ro'] };
}

function linux({ rootless, ids }: SpecOptions): Linux {
  const kept = { maskedPaths: [...MASKED_PATHS], readonlyPaths: [...READONLY_PATHS] };
  if (!rootless) {
    const resources = { devices: [{ allow: false, access: 'rwm' }] };
    return { resources, namespaces: NAMESPACES.map((type) => ({ type })), ...kept };
  }
  return {
    uidMappings: idMappings(ids.uid, ids.subuid),
    gidMappings: idMappings(ids.gid, ids.subgid),
    namespaces: ROOTLESS_NAMESPACES.map((type) => ({ type })),
    ...kept,
  };
}

/** Root in the container is the user outside; from 1 on come the subordinate ids. */
function idMappings(own: number, sub: IdRange | undefined): IdMapping[] {
  const mine = { containerID: 0, hostID: own, size: 1 };
  return sub === undefined ? [mine] : [mine, { containerID: 1, hostID: sub.start, size: sub.size }];
}
