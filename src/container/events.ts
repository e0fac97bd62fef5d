/** `events`: what a container uses, and that it has run out of memory. */

import { withoutCgroup } from '../cgroups/delegation-hint.ts';
import { type OomWatch, watchOom } from '../cgroups/oom-watch.ts';
import type { CgroupDirectory } from '../cgroups/paths.ts';
import { recordedDirectories } from '../cgroups/recorded.ts';
import { collectStats } from '../cgroups/stats/collect.ts';
import type { CgroupStats } from '../cgroups/stats/stats.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { hostCgroups } from '../host/cgroups.ts';
import { type Source, serve } from '../kernel/event-loop.ts';
import { IntervalTimer } from '../kernel/interval-timer.ts';
import { POLLIN } from '../kernel/poll.ts';
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
/** Milliseconds. */
const SHORTEST_INTERVAL = 1;

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
  using timer = new IntervalTimer(Math.max(interval, SHORTEST_INTERVAL));
  using oom = watchOom(directories);
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  const statistics = () => {
    timer.clear();
    tell(statsEvent(id, directories));
  };
  await serve(
    [
      // The last breath first: it may be why the container has ended.
      ...(oom ? [oomSource(oom, end, () => tell({ type: 'oom', id }))] : []),
      source(first.pidfd.fd, POLLIN, end),
      // poll(2) reports a pipe without a reader as an error, whatever is waited for.
      source(STDOUT, 0, end),
      source(timer.fd, POLLIN, statistics),
    ],
    () => isOver,
  );
}

function oomSource(oom: OomWatch, end: () => void, tell: () => void): Source {
  const handle = () => {
    const news = oom.news();
    if (news === 'out of memory') tell();
    if (news === 'cgroup gone') end();
  };
  return { interest: () => oom.interest, handle };
}

function source(fd: number, events: number, handle: () => void): Source {
  return { interest: () => ({ fd, events }), handle };
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
