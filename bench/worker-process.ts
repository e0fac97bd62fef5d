/** The bench's end of a worker. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atEnd } from '../scripts/vm/ending.ts';
import { hasEnded, waitUntil } from './ended.ts';
import type { Answer, Sample, Task, WorkerSetup } from './protocol.ts';

export interface WorkerOptions {
  readonly setup: WorkerSetup;
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
  readonly hideCgroup1: boolean;
  /** What would say nothing here. */
  readonly skipped: readonly Task[];
  /** The clone that the user can read. */
  readonly clone: string;
}

/** Milliseconds in which a worker ends: it finishes what it measures first. */
const LONGEST = 60_000;

/** Cgroup version 2 alone, in a mount namespace of the worker's own; then the user, who may not mount. */
const HIDE = 'umount -l /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup && exec "$@"';

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly skipped: readonly Task[];

  constructor({ setup, user, hideCgroup1, skipped, clone }: WorkerOptions) {
    this.skipped = skipped;
    const { uid, gid } = user ?? {};
    const drop = user ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'] : [];
    const hide = hideCgroup1 ? ['unshare', '-m', 'sh', '-c', HIDE, 'sh'] : [];
    const node = [join(clone, 'dist/engine/node'), join(clone, 'bench/worker.ts'), JSON.stringify(setup)];
    const [program, ...args] = [...hide, ...drop, ...node] as [string, ...string[]];
    this.#child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // What is typed at the terminal ends the bench, and that its workers: no command of a runtime is cut off.
      detached: true,
      cwd: '/',
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    this.#child.on(
      'exit',
      atEnd(() => this.#endNow()),
    );
  }

  /** @throws Error what the worker says */
  async measure(task: Task): Promise<Sample> {
    const answer = await this.#ask(task);
    if ('error' in answer) throw new Error(answer.error);
    return answer.sample;
  }

  #ask(task: Task): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('the worker has ended'));
      this.#child.once('exit', gone);
      this.#child.once('message', (answer: Answer) => {
        this.#child.off('exit', gone);
        resolve(answer);
      });
      this.#child.send(task, (error) => error && reject(error));
    });
  }

  /** Resolves when it has deleted its containers. */
  async end(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const over = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await over;
  }

  /** For one that the bench leaves behind: nothing can be awaited any more. */
  #endNow(): void {
    const { pid } = this.#child;
    if (pid === undefined || !this.#child.kill('SIGTERM')) return;
    waitUntil(() => hasEnded(pid), LONGEST, 10);
  }
}
