/** All rows of one kind of caller, root or an ordinary user, measured in turns. */
import { readFileSync } from 'node:fs';
import type { BenchOptions } from './options.ts';
import type { Sample, Task } from './protocol.ts';
import type { RuntimeName } from './runtimes.ts';
import type { Repetition } from './scenarios.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface Measured {
  /** Samples by task, in the order in which they were taken. */
  readonly samples: Partial<Record<Task, Sample[]>>;
  readonly errors: Partial<Record<Task, string>>;
}

export interface ScopeOptions {
  readonly options: BenchOptions;
  readonly repetitions: readonly Repetition[];
  readonly progress: (task: Task) => void;
}

export type Workers = ReadonlyMap<RuntimeName, WorkerProcess>;

/** @returns what each runtime took */
export async function measureScope(
  workers: Workers,
  { options, repetitions, progress }: ScopeOptions,
): Promise<Map<RuntimeName, Measured>> {
  const measured = new Map<RuntimeName, Measured>();
  for (const name of workers.keys()) measured.set(name, { samples: {}, errors: {} });
  const each = (task: Task, keep: boolean, turn = 0) => oneEach(workers, measured, { task, keep, turn });
  // A cold start is all that is measured there, and nothing that runs is to keep files in the cache.
  const isCold = repetitions.some(([task]) => task === 'cold');
  if (!isCold) {
    for (let count = 0; count < options.runs; count++) await each('empty', true, count);
    await each('serve', false);
  }
  const counts = {
    runs: options.runs,
    few: Math.max(3, Math.floor(options.runs / 5)),
    batches: options.batches,
  };
  for (const [task, how] of repetitions) {
    progress(task);
    // The first ones pay for what is cached afterwards.
    if (how === 'runs') for (let count = 0; count < 3; count++) await each(task, false, count);
    for (let count = 0; count < counts[how]; count++) await each(task, true, count);
  }
  if (isCold) return measured;
  await each('stop', false);
  for (let count = 0; count < counts.few; count++) {
    await each('create', true);
    addResidentSets(measured);
    await each('discard', false);
  }
  return measured;
}

/** Looks at the created containers from here: an ordinary user may not look at a process that is not dumpable. */
function addResidentSets(measured: ReadonlyMap<RuntimeName, Measured>): void {
  for (const { samples, errors } of measured.values()) {
    const last = samples.create?.pop();
    if (!last || errors.create) continue;
    try {
      samples.create?.push({ ...last, resident: residentSet(String(last.pid)) });
    } catch (error) {
      errors.create = error instanceof Error ? error.message : String(error);
    }
  }
}

/** Bytes, proc_pid_smaps(5). */
function residentSet(pid: string): number {
  const [, kilobytes] = /^Rss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

interface Round {
  readonly task: Task;
  readonly keep: boolean;
  /** Who begins: nobody always comes behind the same one. */
  readonly turn: number;
}

/** One sample of each runtime: what disturbs the machine disturbs all of them. */
async function oneEach(
  workers: Workers,
  measured: Map<RuntimeName, Measured>,
  { task, keep, turn }: Round,
): Promise<void> {
  const all = [...workers];
  for (let index = 0; index < all.length; index++) {
    const [name, worker] = all[(index + turn) % all.length] as [RuntimeName, WorkerProcess];
    const { samples, errors } = measured.get(name) as Measured;
    if (errors[task] || worker.skipped.includes(task)) continue;
    try {
      const sample = await worker.measure(task);
      if (!keep) continue;
      samples[task] ??= [];
      samples[task].push(sample);
    } catch (error) {
      errors[task] = error instanceof Error ? error.message : String(error);
    }
  }
}
