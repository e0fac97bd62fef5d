/**
 * Measures one runtime, one sample per request. Every runtime has such a process, so that all are started in the
 * same way, and one that lives in a mount namespace of its own does not pay for getting there.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  run: () => ({ run: timer.time(['run', '--bundle', bundles.once, newId()]) }),
  lifecycle,
  exec: () => ({ exec: timer.time(['exec', service, '/bin/true']) }),
  state: () => ({ state: timer.time(['state', service]) }),
  sequence: () => ({ sequence: timer.sum(BATCH, () => ['run', '--bundle', bundles.once, newId()]) }),
  parallel: async () => ({
    parallel: await timer.parallel(BATCH, AT_A_TIME, () => ['run', '--bundle', bundles.once, newId()]),
  }),
  empty: () => ({ empty: timer.timeProgram(busybox, ['true']) }),
  'peak-memory': () => ({ peak: timer.peakMemory(['run', '--bundle', bundles.once, newId()]) }),
  create: () => {
    waiting = newId();
    timer.time(['create', '--bundle', bundles.once, '--pid-file', pidFile, waiting]);
    const pid = readFileSync(pidFile, 'utf8').trim();
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

function newId(): string {
  serial += 1;
  return `bench-${process.pid}-${serial}`;
}

function lifecycle(): Sample {
  const id = newId();
  const create = timer.time(['create', '--bundle', bundles.once, '--pid-file', pidFile, id]);
  const pid = readFileSync(pidFile, 'utf8').trim();
  const start = timer.time(['start', id]);
  waitForEnd(pid);
  const remove = timer.time(['delete', id]);
  return { create, start, delete: remove, sum: create + start + remove };
}

function waitForEnd(pid: string): void {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + 5000; Date.now() < end; Atomics.wait(nap, 0, 0, 0.2)) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      if (stat[stat.lastIndexOf(')') + 2] === 'Z') return;
    } catch {
      return;
    }
  }
  throw new Error('the container does not end');
}

/** Such as `10 of 10`. */
function ownCgroups(pid: string): string {
  const read = (who: string) => readFileSync(`/proc/${who}/cgroup`, 'utf8').trim().split('\n');
  const ours = new Set(read('self'));
  const theirs = read(pid);
  return `${theirs.filter((line) => !ours.has(line)).length} of ${theirs.length}`;
}

process.on('message', async (task: Task) => {
  let answer: Answer;
  try {
    answer = { sample: await tasks[task]() };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  process.send?.(answer);
});
