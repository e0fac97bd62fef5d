/** How a worker takes one sample of each task. */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CROWD } from './bundles.ts';
import { InstructionCounter } from './callgrind.ts';
import { hasEnded, waitUntil } from './ended.ts';
import { wait } from './posix-spawn.ts';
import type { CountedCommand, Sample, SingleCommand, Task, WorkerSetup } from './protocol.ts';
import { dropFromPageCache } from './system.ts';
import type { Timer } from './timer.ts';

const BATCH = 100;
const AT_A_TIME = 8;
/** How long a foreground `run` gets to become idle, in milliseconds. After a second, tsrun gives memory back. */
const SETTLE = 1200;

export class Tasks {
  readonly #setup: WorkerSetup;
  readonly #timer: Timer;
  readonly #counter: InstructionCounter;
  readonly #pidFile: string;
  readonly #service = `service-${process.pid}`;
  readonly #countedService = `service-${process.pid}-counted`;
  #serial = 0;
  /** The container of `create` or `foreground`. */
  #left = '';
  /** The runtime that runs in the foreground. */
  #foreground = 0;

  constructor(setup: WorkerSetup, timer: Timer) {
    this.#setup = setup;
    this.#timer = timer;
    this.#counter = new InstructionCounter(setup, timer);
    this.#pidFile = join(setup.scratch, 'pid');
  }

  /** Whether a container is this worker's. */
  isOwn(id: string): boolean {
    return id.startsWith(`bench-${process.pid}-`) || id.startsWith(this.#service);
  }

  perform(task: Task): Sample {
    const own = this.#tasks[task];
    if (own) return own();
    if (task.startsWith('count-')) return this.#count(task.slice('count-'.length) as CountedCommand);
    return this.#single(task as SingleCommand);
  }

  readonly #tasks: Readonly<Partial<Record<Task, () => Sample>>> = {
    run: () => this.#withUsage('run', this.#run()),
    exec: () => this.#withUsage('exec', ['exec', this.#service, '/bin/true']),
    'exec-tty': () => ({
      'exec-tty': this.#timer.timeOnTerminal(['exec', '--tty', this.#service, '/bin/true']),
    }),
    lifecycle: () => this.#lifecycle(),
    pause: () => ({
      pause: this.#timer.time(['pause', this.#service]),
      resume: this.#timer.time(['resume', this.#service]),
    }),
    limits: () => this.#over(this.#setup.bundles.limited),
    filter: () => this.#over(this.#setup.bundles.filtered),
    forced: () => ({
      running: this.#forced(this.#setup.bundles.service, 1),
      created: this.#forced(this.#setup.bundles.service, 0),
      crowd: this.#forced(this.#setup.bundles.crowd, CROWD),
    }),
    parallel: () => ({ parallel: this.#timer.parallel(BATCH, AT_A_TIME, () => this.#run()) }),
    podman: () => this.#podman(),
    cold: () => this.#cold(),
    empty: () => ({ empty: this.#timer.measureProgram(this.#setup.busybox, ['true']).milliseconds }),
    'peak-memory': () => ({ peak: this.#timer.peakMemory(this.#run()) }),
    create: () => this.#createAndLeave(),
    discard: () => this.#forget(this.#left),
    foreground: () => this.#runInForeground(),
    leave: () => this.#endForeground(),
    serve: () => this.#serve(),
    stop: () => ({ ...this.#forget(this.#service), ...this.#forget(this.#countedService) }),
  };

  #single(command: SingleCommand): Sample {
    return { [command]: this.#timer.time(this.#singleArguments(command, this.#service)) };
  }

  #singleArguments(command: SingleCommand, id: string): readonly string[] {
    switch (command) {
      case 'exec':
        return ['exec', id, '/bin/true'];
      case 'kill':
        // The container ignores it.
        return ['kill', id, 'SIGWINCH'];
      case 'events':
        return ['events', '--stats', id];
      case 'update':
        return ['update', '--pids-limit', '1000', id];
      case 'list':
      case 'features':
        return [command];
      case 'version':
      case 'help':
        return [`--${command}`];
      default:
        return [command, id];
    }
  }

  #newId(): string {
    this.#serial += 1;
    return `bench-${process.pid}-${this.#serial}`;
  }

  #run(bundle = this.#setup.bundles.once): readonly string[] {
    return ['run', '--bundle', bundle, this.#newId()];
  }

  /** Wall clock, and what the runtime and the container's process that it waits for took of the processor. */
  #withUsage(part: string, args: readonly string[]): Sample {
    const { milliseconds, cpu, faults } = this.#timer.measure(args);
    return { [part]: milliseconds, cpu, faults };
  }

  #create(bundle: string, id = this.#newId()) {
    const time = this.#timer.time(['create', '--bundle', bundle, '--pid-file', this.#pidFile, id]);
    return { id, time, pid: readFileSync(this.#pidFile, 'utf8').trim() };
  }

  #lifecycle(): Sample {
    const { id, time, pid } = this.#create(this.#setup.bundles.once);
    const start = this.#timer.time(['start', id]);
    sees('the container does not end', () => hasEnded(pid));
    const remove = this.#timer.time(['delete', id]);
    return { create: time, start, delete: remove, sum: time + start + remove };
  }

  /** @param processes that it has when it is deleted; 0 if it is not started */
  #forced(bundle: string, processes: number): number {
    const { id, pid } = this.#create(bundle);
    if (processes > 0) this.#timer.time(['start', id]);
    sees('the container does not start', () => children(pid) >= processes - 1);
    return this.#timer.time(['delete', '--force', id]);
  }

  /** `run` of two bundles, one after the other; the order changes. */
  #over(bundle: string): Sample {
    const { once } = this.#setup.bundles;
    const isFirst = this.#serial % 4 < 2;
    const one = this.#timer.time(this.#run(isFirst ? bundle : once));
    const other = this.#timer.time(this.#run(isFirst ? once : bundle));
    const [more, less] = isFirst ? [one, other] : [other, one];
    return { more, less, cost: more - less };
  }

  #podman(): Sample {
    const { podman } = this.#setup;
    if (podman === undefined) throw new Error('podman is not installed');
    const [program, ...args] = podman.command;
    return { podman: this.#timer.measureProgram(program, args, podman.env).milliseconds };
  }

  #cold(): Sample {
    for (const file of this.#setup.executables) dropFromPageCache(file);
    return { cold: this.#timer.time(this.#run()) };
  }

  #createAndLeave(): Sample {
    const { id, pid } = this.#create(this.#setup.bundles.once);
    this.#left = id;
    const cgroups = (who: string) => readFileSync(`/proc/${who}/cgroup`, 'utf8');
    return { pid, theirs: cgroups(pid), ours: cgroups('self') };
  }

  #runInForeground(): Sample {
    this.#left = this.#newId();
    rmSync(this.#pidFile, { force: true });
    const { service } = this.#setup.bundles;
    const args = ['run', '--bundle', service, '--pid-file', this.#pidFile, this.#left];
    this.#foreground = this.#timer.start(args);
    const isWritten = () => existsSync(this.#pidFile) && statSync(this.#pidFile).size > 0;
    sees('the container does not start', isWritten);
    waitUntil(() => false, SETTLE, SETTLE);
    return { runtime: this.#foreground, pid: readFileSync(this.#pidFile, 'utf8').trim() };
  }

  #endForeground(): Sample {
    this.#timer.time(['kill', this.#left, 'KILL']);
    wait(this.#foreground);
    return {};
  }

  #forget(id: string): Sample {
    this.#timer.time(['delete', '--force', id]);
    return {};
  }

  #serve(): Sample {
    const { service, countedService } = this.#setup.bundles;
    for (const [id, bundle] of [
      [this.#service, service],
      [this.#countedService, countedService],
    ] as const) {
      this.#create(bundle, id);
      this.#timer.time(['start', id]);
    }
    return {};
  }

  #count(command: CountedCommand): Sample {
    return { instructions: this.#counted[command]() };
  }

  /** Everything but the command itself runs outside callgrind. */
  readonly #counted: Readonly<Record<CountedCommand, () => number>> = {
    create: () => {
      const id = this.#newId();
      const count = this.#counter.count(['create', '--bundle', this.#setup.bundles.counted, id]);
      this.#forget(id);
      return count;
    },
    run: () => this.#counter.count(this.#run(this.#setup.bundles.counted)),
    exec: () => this.#counter.count(this.#singleArguments('exec', this.#countedService)),
    state: () => this.#counter.count(this.#singleArguments('state', this.#countedService)),
    start: () => {
      const { id } = this.#create(this.#setup.bundles.countedService);
      const count = this.#counter.count(['start', id]);
      this.#forget(id);
      return count;
    },
    delete: () => {
      const { id, pid } = this.#create(this.#setup.bundles.counted);
      this.#timer.time(['start', id]);
      sees('the container does not end', () => hasEnded(pid));
      return this.#counter.count(['delete', id]);
    },
  };
}

function children(pid: string): number {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').length - 1;
}

function sees(otherwise: string, isSo: () => boolean): void {
  if (!waitUntil(isSo, 5000, 0.2)) throw new Error(otherwise);
}
