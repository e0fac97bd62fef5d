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
  readonly hideControllers: boolean;
  /** Tasks that say nothing about this runtime here. */
  readonly skipped: readonly Task[];
  /** It takes part in each round whose number this divides. */
  readonly every: number;
  /** False if its options switch cgroups off. */
  readonly hasCgroups: boolean;
  /** The clone that the user can read. */
  readonly clone: string;
}

/** Milliseconds in which a worker ends: it finishes its sample first. */
const LONGEST = 60_000;

/** In a mount namespace of the worker's own, entered before it becomes the user, who may not mount. */
const HIDE = 'mount --bind /dev/null /sys/fs/cgroup/unified/cgroup.controllers && exec "$@"';

export class WorkerProcess {
  readonly hasCgroups: boolean;
  readonly #child: ChildProcess;
  readonly #skipped: readonly Task[];
  readonly #every: number;

  constructor({ setup, user, hideControllers, skipped, every, hasCgroups, clone }: WorkerOptions) {
    this.#skipped = skipped;
    this.#every = every;
    this.hasCgroups = hasCgroups;
    const { uid, gid } = user ?? {};
    const drop = user ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'] : [];
    const hide = hideControllers ? ['unshare', '-m', 'sh', '-c', HIDE, 'sh'] : [];
    const node = [join(clone, 'dist/engine/node'), join(clone, 'bench/worker.ts'), JSON.stringify(setup)];
    const [program, ...args] = [...hide, ...drop, ...node] as [string, ...string[]];
    this.#child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Keys typed at the terminal end the bench, and the bench its workers: no command is interrupted.
      detached: true,
      cwd: '/',
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    });
    this.#child.on(
      'exit',
      atEnd(() => this.#endNow()),
    );
  }

  takesPart(task: Task, round: number): boolean {
    return round % this.#every === 0 && !this.#skipped.includes(task);
  }

  /** @throws Error with the worker's message */
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

  /** When the bench itself ends and can no longer await anything. */
  #endNow(): void {
    const { pid } = this.#child;
    if (pid === undefined || !this.#child.kill('SIGTERM')) return;
    waitUntil(() => hasEnded(pid), LONGEST, 10);
  }
}
