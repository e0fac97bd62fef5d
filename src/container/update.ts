/** `update`: other limits for a container that is there. */

import { changeDevices, type DeviceChange } from '../cgroups/change-devices.ts';
import { changeLimits } from '../cgroups/change-limits.ts';
import { currentIn } from '../cgroups/file-text.ts';
import { cgroupManager, machine } from '../cgroups/manager.ts';
import { recordedDirectories } from '../cgroups/recorded.ts';
import { unitKeeper } from '../cgroups/systemd/change-unit.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { hostCgroups } from '../host/cgroups.ts';
import { identity } from '../host/identity.ts';
import type { IdentifiedProcess } from '../host/process-identity.ts';
import type { Log } from '../log/log.ts';
import { Execution } from '../plan/execution.ts';
import { changeSchemata } from '../resctrl/change.ts';
import { sentence } from '../spec/invalid-config.ts';
import { checkResources } from '../spec/meaning/resources.ts';
import type { Problem } from '../spec/problem.ts';
import type { Config, Resources } from '../spec/types.ts';
import { mustHoldInit } from './astray.ts';
import { checkContainerId } from './container-id.ts';
import { openOnceCreated } from './first-process.ts';
import { mergeResources } from './merged-resources.ts';
import { goesOnWithoutCgroups, type Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { type Status, statusWith } from './status.ts';
import { whyNotRunning } from './why-not-running.ts';

const NOT_RUNNING = 'container not running';

export interface UpdateOptions {
  readonly resources: Resources;
  /** The file that they are from; absent for those of the command line. */
  readonly file?: string;
  /** `--l3-cache-schema`, `--mem-bw-schema` */
  readonly l3CacheSchema?: string;
  readonly memBwSchema?: string;
}

/**
 * Where one of the limits cannot be set, none is.
 *
 * @throws RuntimeError `not-found`, `state`, `config`, `cgroup`
 */
export async function update(runtime: Runtime, id: string, options: UpdateOptions): Promise<void> {
  checkContainerId(id);
  using directory = new StateDirectory(runtime.root, id);
  directory.lock(NOT_RUNNING);
  const found = directory.read();
  using first = openOnceCreated(found);
  const record = mustBeThere(found, statusWith(first, found, directory), id);
  const config = directory.readConfig();
  const target = { record, first, config };
  try {
    const devices = setDevices(runtime, target, options.resources);
    try {
      const resources = setLimits(runtime, target, options.resources);
      setSchemata(record, options);
      directory.replaceConfig({ ...config, linux: { ...config.linux, resources } });
    } catch (error) {
      takeBack(devices, runtime.log);
      throw error;
    } finally {
      devices?.[Symbol.dispose]();
    }
  } catch (error) {
    throw blame(error, options.file);
  }
}

interface Target {
  readonly record: StateRecord;
  readonly first: IdentifiedProcess | undefined;
  readonly config: Config;
}

function setDevices(
  { rootless }: Runtime,
  { record, first, config }: Target,
  { devices: asked = [] }: Resources,
): DeviceChange | undefined {
  if (asked.length === 0) return undefined;
  const host = hostCgroups();
  return changeDevices({
    before: config.linux?.resources?.devices,
    asked,
    directories: recordedDirectories(record.cgroups, host),
    check: (path) => mustHoldInit({ record, first, host }, [path], 'change the device rules'),
    rootless: goesOnWithoutCgroups(rootless, identity()),
  });
}

function mustBeThere(record: StateRecord | undefined, status: Status, id: string): StateRecord {
  if (record && status !== 'stopped' && status !== 'creating') return record;
  throw new RuntimeError('state', NOT_RUNNING, whyNotRunning(id, record, status));
}

function takeBack(devices: DeviceChange | undefined, log: Log): void {
  try {
    devices?.undo();
  } catch (cause) {
    log.warning(`cannot take the device rules back: ${cause instanceof Error ? cause.message : cause}`);
  }
}

/** @returns all resources that the container has now */
function setLimits({ log }: Runtime, { record, first, config }: Target, asked: Resources): Resources {
  const { changed, all } = mergeResources(asked, config);
  checkTogether(changed);
  const host = hostCgroups();
  const directories = recordedDirectories(record.cgroups, host);
  const request = { resources: changed, directories, host, currentIn, ...machine };
  const execution = new Execution();
  const manager = cgroupManager(directories);
  const limits = manager.limits(request);
  const touched = limits.writes.map(({ directory }) => directory);
  mustHoldInit({ record, first, host }, touched, 'change the limits');
  // On version 1 systemd would deny everything for a moment.
  const devices = asked.devices?.length && manager.kind === 'v2' ? asked.devices : undefined;
  const keeper = record.systemd && unitKeeper({ unit: record.systemd, limits, devices }, log);
  changeLimits(limits, (steps) => execution.execute(steps), log, keeper);
  return all;
}

/** What is asked for was checked; together with what the container has, it may still be impossible. */
function checkTogether(resources: Resources): void {
  const problems: Problem[] = [];
  checkResources(resources, '', (problem) => void problems.push(problem));
  if (problems.length > 0) throw new RuntimeError('config', problems.map(sentence).join('\n'));
}

function setSchemata({ resctrl }: StateRecord, { l3CacheSchema, memBwSchema }: UpdateOptions): void {
  if (l3CacheSchema === undefined && memBwSchema === undefined) return;
  changeSchemata(resctrl, {
    ...(l3CacheSchema === undefined ? {} : { l3CacheSchema }),
    ...(memBwSchema === undefined ? {} : { memBwSchema }),
  });
}

/** A pointer is of use in the file that was given; the command line has none. */
function blame(error: unknown, file: string | undefined): unknown {
  if (!(error instanceof RuntimeError) || error.details.findings) return error;
  const { pointer, ...details } = error.details;
  const own = pointer?.startsWith('/linux/resources/') ? pointer.slice('/linux/resources'.length) : undefined;
  return Object.assign(
    new RuntimeError(error.code, error.message, {
      ...details,
      ...(own === undefined || file === undefined ? {} : { file, pointer: own }),
    }),
    { stack: error.stack },
  );
}
