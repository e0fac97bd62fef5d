/** Starts the runtime and looks at the clock. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerSetup } from './protocol.ts';

export class Timer {
  readonly #setup: WorkerSetup;
  readonly #log: string;
  /** Error output, a file: collecting a pipe would cost time. */
  readonly #stderr: number;

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
    this.#log = join(setup.scratch, 'stderr');
    this.#stderr = openSync(this.#log, 'w');
  }

  /** One command of the runtime. @returns milliseconds @throws Error when it fails, with what it said */
  time(args: readonly string[]): number {
    const [program, ...first] = this.#setup.command;
    return this.timeProgram(program, [...first, ...args]);
  }

  timeProgram(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): number {
    const options = { stdio: this.#stdio(), env: { ...this.#setup.env, ...env } };
    const start = process.hrtime.bigint();
    const { status, error } = spawnSync(program, args, options);
    const end = process.hrtime.bigint();
    if (error || status !== 0) throw this.#failure(error?.message ?? `status ${status}`);
    return Number(end - start) / 1e6;
  }

  /** `count` commands, one after the other. */
  sum(count: number, args: () => readonly string[]): number {
    const start = process.hrtime.bigint();
    for (let done = 0; done < count; done++) this.time(args());
    return Number(process.hrtime.bigint() - start) / 1e6;
  }

  /** `count` commands, so many at a time. */
  async parallel(count: number, lanes: number, args: () => readonly string[]): Promise<number> {
    let left = count;
    const lane = async () => {
      while (left-- > 0) await this.#spawn(args());
    };
    const start = process.hrtime.bigint();
    await Promise.all(Array.from({ length: lanes }, lane));
    return Number(process.hrtime.bigint() - start) / 1e6;
  }

  #spawn(args: readonly string[]): Promise<void> {
    const [program, ...first] = this.#setup.command;
    const child = spawn(program, [...first, ...args], { stdio: this.#stdio(), env: { ...this.#setup.env } });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (status) => (status === 0 ? resolve() : reject(this.#failure(`status ${status}`))));
    });
  }

  /**
   * Bytes of the largest process that the command and its children were. Started by something small: a process
   * inherits the high-water mark of the one that it is forked from.
   */
  peakMemory(args: readonly string[]): number {
    const { busybox, command, env, rssDivisor } = this.#setup;
    const { stderr, status } = spawnSync(busybox, ['time', '-v', ...command, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...env },
    });
    if (status !== 0) throw new Error(firstLine(stderr));
    return maximumResidentSet(stderr) / rssDivisor;
  }

  #stdio() {
    return ['ignore' as const, 'ignore' as const, this.#stderr];
  }

  #failure(reason: string): Error {
    return new Error(`${reason}: ${firstLine(readFileSync(this.#log, 'utf8'))}`);
  }

  [Symbol.dispose](): void {
    closeSync(this.#stderr);
  }
}

function firstLine(text: string): string {
  return text.trimStart().split('\n', 1)[0] ?? '';
}

/** Bytes, from what `busybox time -v` prints. */
export function maximumResidentSet(report: string): number {
  const [, kilobytes] = /Maximum resident set size \(kbytes\): (\d+)/.exec(report) ?? [];
  return Number(kilobytes) * 1024;
}
