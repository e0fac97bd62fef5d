/** All rows of one scope, measured in turns. */
import { ownCgroups } from './cgroups.ts';
import { residentSet, residentSetOfTree } from './memory.ts';
import type { BenchOptions } from './options.ts';
import { type Measurement, repetitions, warmUp } from './plan.ts';
import type { Sample, Task } from './protocol.ts';
import type { Measured } from './results.ts';
import type { RuntimeName } from './runtime-names.ts';
import type { WorkerProcess } from './worker-process.ts';

export type Workers = ReadonlyMap<RuntimeName, WorkerProcess>;

export class Scope {
  readonly #workers: Workers;
  readonly #measured = new Map<RuntimeName, Measured>();

  constructor(workers: Workers) {
    this.#workers = workers;
    for (const name of workers.keys()) this.#measured.set(name, { samples: {}, errors: {} });
  }

  /** What each runtime took, so far; without lists that have no sample. */
  results(): Partial<Record<RuntimeName, Measured>> {
    const all = [...this.#measured].map(([name, { samples, ...rest }]) => {
      const taken = Object.entries(samples).filter(([, list]) => list.some((sample) => sample !== null));
      return [name, { ...rest, samples: Object.fromEntries(taken) }] as const;
    });
    return Object.fromEntries(all);
  }

  /** @param after is called when a task is done, before the next one begins */
  async measure(
    plan: readonly Measurement[],
    options: BenchOptions,
    after: (task: Task) => void,
  ): Promise<void> {
    // A cold start is all that is measured in its scope; a container that runs could keep files in the cache.
    const isCold = plan.some(({ task }) => task === 'cold');
    if (!isCold) await this.#begin(options);
    for (const { task, how } of plan) {
      for (let round = 0; round < warmUp(how); round++) await this.#round({ task, round, keep: false });
      for (let round = 0; round < repetitions(how, options); round++)
        await this.#round({ task, round, keep: true });
      after(task);
    }
    if (!isCold) await this.#round({ task: 'stop', round: 0, keep: false });
  }

  /** What is known of each runtime before the first row: the driver's share, and its cgroups. */
  async #begin({ runs }: BenchOptions): Promise<void> {
    for (let round = 0; round < runs; round++) await this.#round({ task: 'empty', round, keep: true });
    await this.#round({ task: 'create', round: 0, keep: true });
    for (const measured of this.#measured.values()) {
      const cgroups = measured.samples.create?.[0]?.cgroups;
      if (cgroups !== undefined) measured.cgroups = String(cgroups);
      delete measured.samples.create;
    }
    await this.#round({ task: 'serve', round: 0, keep: false });
  }

  /** One sample of each runtime. The order changes, so that none always follows the same one. */
  async #round(round: Round): Promise<void> {
    const all = [...this.#workers];
    const turned = all.map((_, index) => all[(index + round.round) % all.length] as (typeof all)[number]);
    for (const [name, worker] of round.round % 2 === 0 ? turned : turned.reverse()) {
      const measured = this.#measured.get(name) as Measured;
      const sample = await this.#sample(worker, measured, round);
      if (!round.keep) continue;
      measured.samples[round.task] ??= [];
      measured.samples[round.task]?.push(sample);
    }
  }

  async #sample(worker: WorkerProcess, { errors }: Measured, { task, round }: Round): Promise<Sample | null> {
    if (errors[task] !== undefined || !worker.takesPart(task, round)) return null;
    try {
      return await lookedAt(task, worker, await worker.measure(task));
    } catch (error) {
      errors[task] = error instanceof Error ? error.message : String(error);
      return null;
    }
  }
}

interface Round {
  readonly task: Task;
  readonly round: number;
  readonly keep: boolean;
}

/** Adds the memory of processes that the worker has left for that, and has them ended. */
async function lookedAt(task: Task, worker: WorkerProcess, sample: Sample): Promise<Sample> {
  const pid = String(sample.pid);
  if (task === 'create') {
    try {
      const cgroups = worker.hasCgroups
        ? ownCgroups(String(sample.theirs), String(sample.ours))
        : 'none: switched off';
      return { cgroups, resident: residentSet(pid) };
    } finally {
      await worker.measure('discard');
    }
  }
  if (task !== 'foreground') return sample;
  try {
    return { resident: residentSetOfTree(String(sample.runtime), pid) };
  } finally {
    await worker.measure('leave');
  }
}
