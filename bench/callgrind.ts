/** Counts the instructions of one command with valgrind's callgrind: the same number on a busy machine. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerSetup } from './protocol.ts';
import { sealedCopy } from './system.ts';
import type { Timer } from './timer.ts';

export class InstructionCounter {
  readonly #setup: WorkerSetup;
  readonly #timer: Timer;
  #program: string | undefined;

  constructor(setup: WorkerSetup, timer: Timer) {
    this.#setup = setup;
    this.#timer = timer;
  }

  /**
   * The instructions of the runtime's first process. Children that execute a program, such as the init stub, are not
   * followed; what a child does before that is not in the number either.
   *
   * @throws Error if callgrind is missing, or cannot run the command
   */
  count(args: readonly string[]): number {
    const { callgrind, command, scratch } = this.#setup;
    if (callgrind === undefined) throw new Error('callgrind could not be downloaded');
    const [, ...first] = command;
    const options = [
      ...['--tool=callgrind', '--quiet', '--trace-children=no'],
      `--callgrind-out-file=${join(scratch, 'callgrind.%p')}`,
    ];
    const all = [...options, this.#target(), ...first, ...args];
    const { pid } = this.#timer.measureProgram(callgrind.program, all, callgrind.env);
    const file = join(scratch, `callgrind.${pid}`);
    const [, total] = /^(?:summary|totals): (\d+)/m.exec(readFileSync(file, 'latin1')) ?? [];
    rmSync(file);
    if (total === undefined) throw new Error('no count: the program executed another one');
    return Number(total);
  }

  #target(): string {
    const { sealed, command } = this.#setup;
    this.#program ??= sealed ? sealedCopy(command[0]) : command[0];
    return this.#program;
  }
}
