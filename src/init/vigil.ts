/**
 * Watches a stub that does not answer. Its steps may take long: a slow disk, a large copy. But whoever sees it in a pid
 * namespace, as a container does that shares its namespace with another one, may stop it (SIGSTOP), and it would be
 * waited for without end. It is resumed once; one that is stopped again is killed.
 */
import { RuntimeError } from '../errors/runtime-error.ts';
import { SIGCONT, SIGKILL } from '../kernel/constants/process.ts';
import { readIfThere } from '../kernel/file-system.ts';
import { Pidfd } from '../kernel/pidfd.ts';

/** How often a stub that does not answer is looked at. */
export const VIGIL_SECONDS = 1;

/** A debugger stops a process for moments only, strace(1) at every system call. */
const TRACED_AT_MOST = 10;

/** State, and how often it has given up the processor: one that is the same twice has not run in between. */
const PROGRESS = /^(?:State|voluntary_ctxt_switches|nonvoluntary_ctxt_switches):.*$/gm;

export class Vigil {
  readonly #pid: () => number;
  #process: Pidfd | undefined;
  #wasResumed = false;
  #progress = '';
  #traced = 0;

  /** @param pid of the stub, 0 while it is not known */
  constructor(pid: () => number) {
    this.#pid = pid;
  }

  /**
   * To be called when nothing has come for a while, and only as long as the stub's end of the socket is open.
   *
   * @throws RuntimeError `system` if the stub is kept from running; it is killed
   */
  look(): void {
    const pid = this.#pid();
    if (pid === 0) return;
    if (!this.#process) {
      // Whose it is will be certain the next time: the stub was still there when it was opened.
      this.#process = Pidfd.open(pid);
      return;
    }
    const progress = (readIfThere(`/proc/${pid}/status`, 'latin1')?.match(PROGRESS) ?? []).join('\n');
    const state = /^State:\s*(\S)/.exec(progress)?.[1];
    this.#traced = state === 't' && progress === this.#progress ? this.#traced + 1 : 0;
    this.#progress = progress;
    if (this.#traced === TRACED_AT_MOST) throw this.#end(pid, 'traced (ptrace)');
    if (state !== 'T') return;
    if (this.#wasResumed) throw this.#end(pid, 'stopped (SIGSTOP) more than once');
    this.#wasResumed = true;
    this.#process.signal(SIGCONT);
  }

  /** What it would do, once it is resumed, must not be done any more. */
  #end(pid: number, what: string): RuntimeError {
    this.#process?.signal(SIGKILL);
    return new RuntimeError('system', `the init stub, process ${pid}, does not answer: it has been ${what}`, {
      hint: 'a process that sees it has done that: one of the same pid namespace (linux.namespaces), or of the host',
    });
  }
}
