/** `events`: what a container uses, and that it has run out of memory. */

import { withoutCgroup } from '../cgroups/delegation-hint.ts';
import { type OomWatch, watchOom } from '../cgroups/oom-watch.ts';
import type { CgroupDirectory } from '../cgroups/paths.ts';
import { recordedDirectories } from '../cgroups/recorded.ts';
import { collectStats } from '../cgroups/stats/collect.ts';
import type { CgroupStats } from '../cgroups/stats/stats.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { hostCgroups } from '../host/cgroups.ts';
import type { Pidfd } from '../kernel/pidfd.ts';
import { POLLIN, pollAsync } from '../kernel/poll.ts';
import { Wakeup } from '../kernel/wakeup.ts';
import { gone } from './astray.ts';
import { checkContainerId } from './container-id.ts';
import { openFirstProcess } from './first-process.ts';
import { lostCgroups, ownCgroups } from './own-cgroups.ts';
import type { Runtime } from './runtime.ts';
import { StateDirectory } from './state-directory.ts';
import type { StateRecord } from './state-record.ts';
import { statusOf } from './status.ts';
import { whyNotRunning } from './why-not-running.ts';

const STDOUT = 1;

/** In the shape of runc's types/events.go. */
export type ContainerEvent =
  | { readonly type: 'stats'; readonly id: string; readonly data: ContainerStats }
  | { readonly type: 'oom'; readonly id: string };

export interface ContainerStats extends CgroupStats {
  readonly intel_rdt: object;
  /** runc's own networks, which no configuration of the specification has. */
  readonly network_interfaces: null;
}

/** @throws RuntimeError `not-found`, `state`, `cgroup` */
export function statistics(runtime: Runtime, id: string): ContainerEvent {
  return statsEvent(id, directoriesOf(id, mustRun(runtime, id)));
}

/**
 * Tells of everything, until the container has ended or nobody reads our standard output.
 *
 * @param interval milliseconds between two statistics
 * @throws RuntimeError `not-found`, `state`, `cgroup`
 */
export async function watch(
  runtime: Runtime,
  id: string,
  interval: number,
  tell: (event: ContainerEvent) => void,
): Promise<void> {
  const record = mustRun(runtime, id);
  const directories = directoriesOf(id, record);
  using first = openFirstProcess(record);
  if (!first) return;
  using tick = new Wakeup();
  using oom = watchOom(directories);
  const timer = setInterval(() => tick.wake(), interval);
  try {
    while (await next({ init: first.pidfd, tick, oom }, id, directories, tell));
  } finally {
    clearInterval(timer);
  }
}

interface Sources {
  readonly init: Pidfd;
  readonly tick: Wakeup;
  readonly oom: OomWatch | undefined;
}

/** @returns whether there may be more */
async function next(
  { init, tick, oom }: Sources,
  id: string,
  directories: readonly CgroupDirectory[],
  tell: (event: ContainerEvent) => void,
): Promise<boolean> {
  const [ended, ticked, abandoned, news] = await pollAsync([
    { fd: init.fd, events: POLLIN },
    { fd: tick.fd, events: POLLIN },
    // A pipe that nobody reads from any more is an error, which comes unasked.
    { fd: STDOUT, events: 0 },
    ...(oom ? [oom.interest] : []),
  ]);
  // The last breath first: it may be why the container has ended.
  const what = news ? oom?.news() : undefined;
  if (what === 'out of memory') tell({ type: 'oom', id });
  if (ended || abandoned || what === 'cgroup gone') return false;
  if (ticked) {
    tick.clear();
    tell(statsEvent(id, directories));
  }
  return true;
}

function mustRun(runtime: Runtime, id: string): StateRecord {
  checkContainerId(id);
  const directory = new StateDirectory(runtime.root, id);
  const record = directory.read();
  const status = statusOf(record, directory);
  if (record && status !== 'stopped' && status !== 'creating') return record;
  throw new RuntimeError(
    'state',
    `container with id ${id} is not running`,
    whyNotRunning(id, record, status),
  );
}

function directoriesOf(id: string, record: StateRecord): readonly CgroupDirectory[] {
  const found = recordedDirectories(ownCgroups(record), hostCgroups());
  if (found.length > 0) return found;
  const [lost] = lostCgroups(record);
  if (lost !== undefined) throw gone(id, lost, 'tell what the container uses');
  throw new RuntimeError('cgroup', `no statistics: the container ${id} has no cgroup`, {
    hint: withoutCgroup(),
  });
}

function statsEvent(id: string, directories: readonly CgroupDirectory[]): ContainerEvent {
  const data = { ...collectStats(directories), intel_rdt: {}, network_interfaces: null };
  return { type: 'stats', id, data };
}
