/** What will be executed next, encoded while a stub is busy. */
import { PreparedProgram } from '../init/prepared.ts';
import type { Program } from '../init/program.ts';
import type { CallStep, Step } from '../init/step.ts';
import type { Call } from '../kernel/call.ts';

type Values = ReadonlyMap<Call, number>;

export class Ahead {
  #batch: readonly CallStep[] = [];
  #program: PreparedProgram | undefined;

  /** @param results what is known so far */
  prepare(following: readonly Step[], results: Values): void {
    this.#batch = takeBatch([...following]);
    this.#program = undefined;
    if (this.#batch.length === 0 || this.#batch[0]?.actor === 'runtime') return;
    try {
      const calls = this.#batch.flatMap((step) => step.calls);
      this.#program = PreparedProgram.of(calls, results);
    } catch {
      // What is wrong with it is said when its turn comes.
    }
  }

  /** @returns undefined where it is another batch that was prepared, or none */
  programFor(batch: readonly CallStep[], results: Values): Program | undefined {
    const isThis =
      batch.length === this.#batch.length && batch.every((step, index) => step === this.#batch[index]);
    return isThis ? this.#program?.complete(results) : undefined;
  }
}

/** Takes from the queue what can be sent as one program. */
export function takeBatch(queue: Step[]): CallStep[] {
  const batch: CallStep[] = [];
  for (;;) {
    const next = queue[0];
    if (next?.kind !== 'calls' || next.actor !== (batch[0]?.actor ?? next.actor)) return batch;
    queue.shift();
    batch.push(next);
    if (next.check || next.answers) return batch;
  }
}
