/**
 * Measures one runtime, one sample per request. Every runtime has such a process, so that all are started in the
 * same way, and one that needs a mount namespace of its own does not pay for entering it. It ends with the bench, and
 * deletes the containers that it still has.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { removeCgroupsWhere } from '../test/engines/setup/private-cgroups.ts';
import { hasEnded, waitUntil } from './ended.ts';
import type { Answer, Task, WorkerSetup } from './protocol.ts';
import { Tasks } from './tasks.ts';
import { Timer } from './timer.ts';

const setup = JSON.parse(process.argv[2] ?? '') as WorkerSetup;
process.chdir(setup.directory);
const timer = new Timer(setup);
const tasks = new Tasks(setup, timer);

function answerTo(task: Task): void {
  let answer: Answer;
  try {
    answer = { sample: tasks.perform(task) };
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) };
  }
  if (process.connected) process.send?.(answer);
}

function end(): void {
  const isOwn = (id: string) => tasks.isOwn(id);
  for (const id of readdirSync(setup.root).filter(isOwn)) {
    try {
      timer.time(['delete', '--force', id]);
    } catch (error) {
      console.error(`bench: cannot delete ${id}: ${error instanceof Error ? error.message : error}`);
    }
  }
  // crun leaves processes and cgroups of containers that it could not create.
  killLeft(isOwn);
  removeCgroupsWhere(isOwn);
  process.exit();
}

/** Processes that still are a runtime creating a container of ours, by the id on their command line. */
function killLeft(isOwn: (id: string) => boolean): void {
  const left = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).some(isOwn));
  for (const pid of left) process.kill(Number(pid), 'SIGKILL');
  waitUntil(() => left.every(hasEnded), 5000, 1);
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

process.on('message', answerTo);
process.once('disconnect', end);
process.once('SIGTERM', end);
