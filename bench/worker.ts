/**
 * Measures one runtime, one sample per request. Every runtime has such a process, so that all are started in the
 * same way, and one that lives in a mount namespace of its own does not pay for getting there. It ends with the bench,
 * and deletes what containers it has left by then.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeCgroupsWhere } from '../test/engines/setup/private-cgroups.ts';
import { CROWD } from './bundles.ts';
import { childrenTime } from './cpu-time.ts';
import { hasEnded, waitUntil } from './ended.ts';
import type { Answer, Sample, Task, WorkerSetup } from './protocol.ts';
import { Timer } from './timer.ts';

const BATCH = 100;
const AT_A_TIME = 8;

const setup = JSON.parse(process.argv[2] ?? '') as WorkerSetup;
const { bundles, scratch, busybox } = setup;
const timer = new Timer(setup);
const pidFile = join(scratch, 'pid');
const service = `service-${process.pid}`;
let serial = 0;
/** The container that `create` has made. */
let waiting = '';

const tasks: Readonly<Record<Task, () => Sample | Promise<Sample>>> = {
  run: () => withCpuTime('run', ['run', '--bundle', bundles.once, newId()]),
  lifecycle,
  limits: () => over(bundles.limited),
  rules: () => over(bundles.ruled),
  filter: () => over(bundles.filtered),
  forced: () => ({
    running: forced(bundles.service, 1),
    created: forced(bundles.service, 0),
    crowd: forced(bundles.crowd, CROWD),
  }),
  exec: () => withCpuTime('exec', ['exec', service, '/bin/true']),
  state: () => ({ state: timer.time(['state', service]) }),
  kill: () => ({ kill: timer.time(['kill', service, 'SIGWINCH']) }),
  cold: () => {
    for (const file of setup.executables) timer.timeProgram('dd', [`if=${file}`, 'iflag=nocache', 'count=0']);
    return { cold: timer.time(['run', '--bundle', bundles.once, newId()]) };
  },
  podman: () => {
    if (setup.podman === undefined) throw new Error('podman is not here');
    const [program, ...args] = setup.podman.command;
    return { podman: timer.timeProgram(program, args, setup.podman.env) };
  },
  sequence: () => ({ sequence: timer.sum(BATCH, () => ['run', '--bundle', bundles.once, newId()]) }),
  parallel: async () => ({
    parallel: await timer.parallel(BATCH, AT_A_TIME, () => ['run', '--bundle', bundles.once, newId()]),
  }),
  empty: () => ({ empty: timer.timeProgram(busybox, ['true']) }),
  'peak-memory': () => ({ peak: timer.peakMemory(['run', '--bundle', bundles.once, newId()]) }),
  create: () => {
    const { id, pid } = create(bundles.once);
    waiting = id;
    return { pid, cgroups: ownCgroups(pid) };
  },
  discard: () => {
    timer.time(['delete', '--force', waiting]);
    return {};
  },
  serve: () => {
    timer.time(['create', '--bundle', bundles.service, service]);
    timer.time(['start', service]);
    return {};
  },
  stop: () => {
    timer.time(['delete', '--force', service]);
    return {};
  },
};

/** By the clock, and how long processors worked: for the runtime, and for the container's process that it waits for. */
function withCpuTime(part: string, args: readonly string[]): Sample {
  const before = childrenTime();
  const time = timer.time(args);
  return { [part]: time, cpu: childrenTime() - before };
}

function newId(): string {
  serial += 1;
  return `bench-${process.pid}-${serial}`;
}

function create(bundle: string) {
  const id = newId();
  const time = timer.time(['create', '--bundle', bundle, '--pid-file', pidFile, id]);
  return { id, time, pid: readFileSync(pidFile, 'utf8').trim() };
}

/** `run` of two bundles, one after the other; who begins changes. */
function over(bundle: string): Sample {
  const run = (path: string) => timer.time(['run', '--bundle', path, newId()]);
  const first = serial % 4 < 2 ? bundle : bundles.once;
  const one = run(first);
  const other = run(first === bundle ? bundles.once : bundle);
  const [more, less] = first === bundle ? [one, other] : [other, one];
  return { more, less, cost: more - less };
}

/** @param processes that it has when it is deleted; 0 where it is not started */
function forced(bundle: string, processes: number): number {
  const { id, pid } = create(bundle);
  if (processes > 0) timer.time(['start', id]);
  sees('it does not start', () => children(pid) >= processes - 1);
  return timer.time(['delete', '--force', id]);
}

function children(pid: string): number {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').length - 1;
}

function lifecycle(): Sample {
  const { id, time, pid } = create(bundles.once);
  const start = timer.time(['start', id]);
  sees('the container does not end', () => hasEnded(pid));
  const remove = timer.time(['delete', id]);
  return { create: time, start, delete: remove, sum: time + start + remove };
}

function sees(otherwise: string, isSo: () => boolean): void {
  if (!waitUntil(isSo, 5000, 0.2)) throw new Error(otherwise);
}

/** Such as `10 of 10`. */
function ownCgroups(pid: string): string {
  const read = (who: string) => readFileSync(`/proc/${who}/cgroup`, 'utf8').trim().split('\n');
  const ours = new Set(read('self'));
  const theirs = read(pid);
  return `${theirs.filter((line) => !ours.has(line)).length} of ${theirs.length}`;
}

let last: Promise<void> = Promise.resolve();

async function answerTo(task: Task): Promise<void> {
  let answer: Answer;
  try {
    answer = { sample: await tasks[task]() };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  if (process.connected) process.send?.(answer);
}

function isOurs(id: string): boolean {
  return id === service || id.startsWith(`bench-${process.pid}-`);
}

async function end(): Promise<void> {
  await last;
  for (const id of readdirSync(setup.root).filter(isOurs)) {
    try {
      timer.time(['delete', '--force', id]);
    } catch (error) {
      console.error(`bench: ${id} stays: ${error instanceof Error ? error.message : error}`);
    }
  }
  // crun leaves those of containers that it could not make.
  removeCgroupsWhere(isOurs);
  process.exit();
}

process.on('message', (task: Task) => {
  last = answerTo(task);
});
process.once('disconnect', end);
process.once('SIGTERM', end);
