/** Processes in the states that a container's first process can be in. They need perl. */
import { readFileSync } from 'node:fs';
import { hostArch } from '../../scripts/build/paths.ts';
import { type Running, startProgram } from './running.ts';

/** Number of the system call. */
const clone = { x64: 56, arm64: 220 }[hostArch()];

export interface StartedProcess {
  readonly pid: number;
  /** As /proc says it: clock ticks since boot. */
  readonly startTime: string;
}

export class Processes implements AsyncDisposable {
  readonly #started: Running[] = [];
  /** Of those that others have started. */
  readonly #others: number[] = [];

  async running(): Promise<StartedProcess> {
    return identify(await this.#perl('say $$'));
  }

  /** Its name looks like what follows a name. */
  async misleading(): Promise<StartedProcess> {
    return identify(await this.#perl('$0 = ") Z 1 (1) 1"; say $$'));
  }

  /** Its parent does not wait for it. */
  async ended(): Promise<StartedProcess> {
    return this.#zombie('my $pid = fork // die; exec "true" if !$pid; say $pid');
  }

  /** Forked, and ended without having executed anything. */
  async killed(): Promise<StartedProcess> {
    return this.#zombie('my $pid = fork // die; exit if !$pid; say $pid');
  }

  /** Forked, and it has executed nothing. */
  async created(): Promise<StartedProcess> {
    return identify(this.#noted(await this.#perl('my $pid = fork // die; say $pid if $pid')));
  }

  /** It waits, and cannot be interrupted, for a child that was made with CLONE_VFORK. */
  async blocked(): Promise<StartedProcess> {
    this.#noted(await this.#perl(`syscall(${clone}, 0x4011, 0, 0, 0, 0) and die; say $$`));
    const pid = this.#started.at(-1)?.child.pid as number;
    await becomes(pid, 'D');
    return identify(pid);
  }

  /** How the one that was started last has ended. */
  end(): Promise<number | NodeJS.Signals | null> | undefined {
    return this.#started.at(-1)?.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.#others) process.kill(pid, 'SIGKILL');
    for (const running of this.#started) await running[Symbol.asyncDispose]();
  }

  async #zombie(script: string): Promise<StartedProcess> {
    const pid = await this.#perl(script);
    await becomes(pid, 'Z');
    return identify(pid);
  }

  #noted(pid: number): number {
    this.#others.push(pid);
    return pid;
  }

  /** @returns the pid that it prints */
  async #perl(script: string): Promise<number> {
    const running = startProgram('perl', ['-e', `use feature "say"; $| = 1; ${script}; sleep 600`]);
    this.#started.push(running);
    await running.shows(/\n/);
    return Number(running.output());
  }
}

function identify(pid: number): StartedProcess {
  return { pid, startTime: fieldsOf(pid).startTime };
}

async function becomes(pid: number, state: string): Promise<void> {
  while (fieldsOf(pid).state !== state) await new Promise((next) => setTimeout(next, 5));
}

function fieldsOf(pid: number): { readonly state: string; readonly startTime: string } {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
}
