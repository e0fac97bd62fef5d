/** Waiting for the container's process, a child of ours, and reaping it. */
import { RuntimeError } from '../../errors/runtime-error.ts';
import type { Source } from '../../kernel/event-loop.ts';
import type { Pidfd } from '../../kernel/pidfd.ts';
import { type Interest, POLLIN } from '../../kernel/poll.ts';
import type { Exit } from '../../kernel/spawn.ts';
import { reapAny } from '../../kernel/wait.ts';

/** The process, and every other child that ends meanwhile: no zombies beside a container that runs for months. */
export class Children implements Source {
  readonly #pid: number;
  readonly #pidfd: Pidfd;
  #hasEnded = false;
  #exit: Exit | undefined;

  /** @param pidfd of the same process */
  constructor(pid: number, pidfd: Pidfd) {
    this.#pid = pid;
    this.#pidfd = pidfd;
  }

  /** How the process has ended. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** While it is traced, it stays with whoever traces it: then its end comes twice, and as SIGCHLD the second time. */
  interest(): Interest | undefined {
    return this.#hasEnded ? undefined : { fd: this.#pidfd.fd, events: POLLIN };
  }

  handle(): void {
    this.#hasEnded = true;
    this.reap();
  }

  /** @throws RuntimeError `internal` if the process is not a child */
  reap(): void {
    while (!this.#exit) {
      const child = reapAny();
      if (child === undefined) return;
      if (child === 'none left')
        throw new RuntimeError('internal', `process ${this.#pid} is not a child of tsrun`);
      if (child.pid === this.#pid) this.#exit = child.exit;
    }
  }
}

/** What the runtime exits with for it: its status; 128+N where signal N ended it. */
export function exitStatus(exit: Exit): number {
  return 'status' in exit ? exit.status : 128 + exit.signal;
}
