/** All checks of meaning. */

import type { Config, Process, Resources } from '../types.ts';
import { annotationKeys } from './annotations.ts';
import type { Check } from './check.ts';
import { deviceRules } from './device-rules.ts';
import { devices } from './devices.ts';
import { hooks } from './hooks.ts';
import { hostNames } from './host-names.ts';
import { gidMappings, mappingsNeedNamespace, processIds, uidMappings } from './id-mappings.ts';
import { intelRdt } from './intel-rdt.ts';
import { memoryPolicy, personality } from './kernel-policies.ts';
import { mountDestinations } from './mounts.ts';
import { mountNamespace, namespaces } from './namespaces.ts';
import { netDevices } from './net-devices.ts';
import { maskedPaths, readonlyPaths, rootPath } from './paths.ts';
import { args, cwd, env, umask } from './process.ts';
import { ownResources, resources } from './resources.ts';
import { rlimits } from './rlimits.ts';
import { execCpuAffinity, ioPriority, scheduler } from './scheduling.ts';
import { seccomp } from './seccomp.ts';
import { sysctl } from './sysctl.ts';
import { timeOffsets } from './time-offsets.ts';
import { ociVersion } from './version.ts';

export const processChecks: readonly Check<Process>[] = [
  ...[args, env, cwd, umask, rlimits],
  ...[scheduler, ioPriority, execCpuAffinity],
];

export const resourcesChecks: readonly Check<Resources>[] = [ownResources];

export const configChecks: readonly Check<Config>[] = [
  ociVersion,
  rootPath,
  ...processChecks.map(ofProcess),
  hostNames,
  mountDestinations,
  hooks,
  annotationKeys,
  namespaces,
  mountNamespace,
  mappingsNeedNamespace,
  uidMappings,
  gidMappings,
  processIds,
  timeOffsets,
  sysctl,
  devices,
  netDevices,
  intelRdt,
  deviceRules,
  resources,
  maskedPaths,
  readonlyPaths,
  seccomp,
  memoryPolicy,
  personality,
];

function ofProcess(check: Check<Process>): Check<Config> {
  return {
    reads: check.reads.map((pointer) => `/process${pointer}`),
    run: (config, report) =>
      check.run(config.process, (problem) => report({ ...problem, pointer: `/process${problem.pointer}` })),
  };
}
