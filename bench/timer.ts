/** Starts the runtime and looks at the clock. */
import { spawnSync } from 'node:child_process';
import { constants, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, Starter, wait } from './posix-spawn.ts';
import type { WorkerSetup } from './protocol.ts';
import { openTerminal, type Terminal } from './system.ts';

export interface Timed extends Ended {
  readonly milliseconds: number;
}

export class Timer {
  readonly #setup: WorkerSetup;
  /** Where error output goes: a file, since reading a pipe would take time. */
  readonly #log: string;
  readonly #starter: Starter;
  readonly #env: readonly string[];
  #terminal: { readonly device: Terminal; readonly starter: Starter } | undefined;
  /** How much of the log belongs to earlier failures. */
  #seen = 0;

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
    this.#log = join(setup.scratch, 'stderr');
    writeFileSync(this.#log, '');
    const { O_RDONLY, O_WRONLY, O_APPEND } = constants;
    this.#starter = new Starter([
      ['/dev/null', O_RDONLY],
      ['/dev/null', O_WRONLY],
      [this.#log, O_WRONLY | O_APPEND],
    ]);
    this.#env = Object.entries(setup.env).map(([name, value]) => `${name}=${value}`);
  }

  /** One command of the runtime. @returns milliseconds @throws Error with its message if it fails */
  time(args: readonly string[]): number {
    return this.measure(args).milliseconds;
  }

  measure(args: readonly string[]): Timed {
    const [program, ...first] = this.#setup.command;
    return this.measureProgram(program, [...first, ...args]);
  }

  measureProgram(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Timed {
    const more = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const timed = clocked(this.#starter, program, args, [...this.#env, ...more]);
    if (timed.status !== 0) throw this.#failure(timed.status);
    return timed;
  }

  /** One command of the runtime with a terminal as all three streams. */
  timeOnTerminal(args: readonly string[]): number {
    const { device, starter } = this.#onTerminal();
    const [program, ...first] = this.#setup.command;
    const { status, milliseconds } = clocked(starter, program, [...first, ...args], this.#env);
    const output = device.drain();
    if (status !== 0) throw new Error(`status ${status}: ${complaint(output)}`);
    return milliseconds;
  }

  #onTerminal() {
    if (this.#terminal === undefined) {
      const device = openTerminal();
      const flags = constants.O_RDWR | constants.O_NOCTTY;
      const streams = [0, 1, 2].map(() => [device.path, flags] as const);
      this.#terminal = { device, starter: new Starter(streams) };
    }
    return this.#terminal;
  }

  /** `count` commands, so many at a time. @returns milliseconds */
  parallel(count: number, lanes: number, args: () => readonly string[]): number {
    let started = 0;
    const begin = () => {
      started += 1;
      this.start(args());
    };
    const start = process.hrtime.bigint();
    while (started < Math.min(count, lanes)) begin();
    for (let ended = 0; ended < count; ended++) {
      const { status } = wait(-1);
      if (status !== 0) throw this.#failedAmong(started - ended - 1, status);
      if (started < count) begin();
    }
    return Number(process.hrtime.bigint() - start) / 1e6;
  }

  #failedAmong(running: number, status: number): Error {
    for (let left = running; left > 0; left--) wait(-1);
    return this.#failure(status);
  }

  /** Starts a command of the runtime and does not wait for it. @returns its pid */
  start(args: readonly string[]): number {
    const [program, ...first] = this.#setup.command;
    return this.#starter.start(program, [...first, ...args], this.#env);
  }

  /**
   * Bytes of the largest process among the command and its children. It is started by a small program: a process
   * inherits the high-water mark of the one that forked it.
   */
  peakMemory(args: readonly string[]): number {
    const { busybox, command, env, rssDivisor } = this.#setup;
    const { stderr, status } = spawnSync(busybox, ['time', '-v', ...command, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...env },
    });
    if (status !== 0) throw new Error(complaint(stderr));
    return maximumResidentSet(stderr) / rssDivisor;
  }

  #failure(status: number): Error {
    const text = readFileSync(this.#log, 'utf8');
    const own = text.slice(this.#seen);
    this.#seen = text.length;
    return new Error(`status ${status}: ${complaint(own)}`);
  }
}

function clocked(starter: Starter, program: string, args: readonly string[], env: readonly string[]): Timed {
  const start = process.hrtime.bigint();
  const ended = wait(starter.start(program, args, env));
  return { ...ended, milliseconds: Number(process.hrtime.bigint() - start) / 1e6 };
}

/** The first line that is neither a warning nor one of valgrind's about itself. */
function complaint(text: string): string {
  const lines = text.split('\n').filter((line) => /^\S/.test(line) && !/^((--|==)\d+|0x|BB#)/.test(line));
  return (lines.find((line) => !/level=(warning|info)|^\w+: warning/.test(line)) ?? lines[0] ?? '').trim();
}

/** Bytes, from what `busybox time -v` prints. */
export function maximumResidentSet(report: string): number {
  const [, kilobytes] = /Maximum resident set size \(kbytes\): (\d+)/.exec(report) ?? [];
  return Number(kilobytes) * 1024;
}
