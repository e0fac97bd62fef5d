/**
 * Fields of the spec that this version does not implement. Asking for one is an error: a container that
 * silently runs without its seccomp filter or its memory limit is worse than one that does not run.
 */

import { child, property } from './pointer.ts';
import type { Problem } from './problem.ts';

const PROCESS_FIELDS = [
  'scheduler',
  'ioPriority',
  'execCPUAffinity',
  'apparmorProfile',
  'selinuxLabel',
] as const;

const LINUX_FIELDS = [
  'seccomp',
  'sysctl',
  'devices',
  'netDevices',
  'intelRdt',
  'memoryPolicy',
  'personality',
  'mountLabel',
] as const;

const RESOURCE_FIELDS = [
  'memory',
  'cpu',
  'pids',
  'blockIO',
  'hugepageLimits',
  'network',
  'rdma',
  'unified',
] as const;

const MOUNT_FIELDS = ['uidMappings', 'gidMappings'] as const;
const MOUNT_OPTIONS: readonly unknown[] = ['idmap', 'ridmap'];

/** `config` may be of any shape. */
export function unsupportedInConfig(config: unknown): Problem[] {
  const linux = property(config, 'linux');
  return [
    ...unsupportedInProcess(property(config, 'process'), '/process'),
    ...asked(linux, LINUX_FIELDS, '/linux'),
    ...asked(property(linux, 'resources'), RESOURCE_FIELDS, '/linux/resources'),
    ...unsupportedInMounts(property(config, 'mounts')),
  ];
}

export function unsupportedInProcess(process: unknown, at = ''): Problem[] {
  return asked(process, PROCESS_FIELDS, at);
}

function unsupportedInMounts(mounts: unknown): Problem[] {
  if (!Array.isArray(mounts)) return [];
  return mounts.flatMap((mount: unknown, index) => [
    ...asked(mount, MOUNT_FIELDS, `/mounts/${index}`),
    ...unsupportedOptions(property(mount, 'options'), `/mounts/${index}/options`),
  ]);
}

function unsupportedOptions(options: unknown, at: string): Problem[] {
  if (!Array.isArray(options)) return [];
  return options.flatMap((option: unknown, index) =>
    MOUNT_OPTIONS.includes(option) ? [problem(child(at, index), ` ("${option}")`)] : [],
  );
}

function asked(subject: unknown, fields: readonly string[], at: string): Problem[] {
  if (subject === undefined) return [];
  return fields.filter((name) => asks(property(subject, name))).map((name) => problem(`${at}/${name}`));
}

/** Absent, false and empty values, at any depth, ask for nothing. */
function asks(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return value !== undefined && value !== null && value !== '' && value !== false;
  }
  return Object.values(value).some(asks);
}

function problem(pointer: string, detail = ''): Problem {
  return {
    pointer,
    expected: 'nothing',
    found: `${detail.trimStart()}${detail && ' '}is not implemented by this version of tsrun`,
    hint: 'remove it, or use runc or crun for this bundle',
    unsupported: true,
  };
}
