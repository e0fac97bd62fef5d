/** A container whose first process another program has moved to other cgroups. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CgroupHierarchy, cgroupsOf, hostCgroups } from '../../src/host/cgroups.ts';

export interface Move {
  /** `memory`, `name=systemd`, or empty for version 2. */
  readonly hierarchy: string;
  /** The container's cgroup. */
  readonly own: string;
  /** Where its first process is now. */
  readonly actual: string;
}

/** Moves processes out of the cgroups that the first of them is in. Dispose of it when they have ended. */
export class MovedInit implements Disposable {
  readonly moves: readonly Move[];
  readonly #pids: readonly number[];

  /** @param chosen the hierarchies, all by default */
  constructor(pids: readonly [number, ...number[]], chosen = (_: string) => true) {
    this.#pids = pids;
    const directoryOf = cgroupsOf(pids[0]);
    this.moves = hostCgroups()
      .filter((hierarchy) => chosen(nameOf(hierarchy)))
      .flatMap((hierarchy) => {
        const own = directoryOf(hierarchy);
        if (own === undefined) return [];
        return [{ hierarchy: nameOf(hierarchy), own, actual: `${dirname(own)}/moved-${pids[0]}` }];
      });
    for (const { own, actual } of this.moves) {
      mkdirSync(actual);
      for (const file of ['cpuset.cpus', 'cpuset.mems']) copy(`${own}/${file}`, `${actual}/${file}`);
      this.#put(actual);
    }
  }

  removeOwn(): void {
    for (const { own } of this.moves) rmdirSync(own);
  }

  putBack(): void {
    for (const { own } of this.moves) this.#put(own);
  }

  move(hierarchy: string): Move {
    const found = this.moves.find((one) => one.hierarchy === hierarchy);
    if (!found) throw new Error(`no hierarchy "${hierarchy}"`);
    return found;
  }

  [Symbol.dispose](): void {
    for (const { actual } of this.moves) rmdirSync(actual);
  }

  #put(directory: string): void {
    for (const pid of this.#pids) writeFileSync(`${directory}/cgroup.procs`, String(pid));
  }
}

/** A process of another program's in these cgroups, which are made for it. */
export class Stranger implements AsyncDisposable {
  readonly #child = spawn('sleep', ['600'], { stdio: 'ignore' });
  readonly #directories: readonly string[];
  readonly pid = this.#child.pid as number;

  constructor(directories: readonly string[]) {
    this.#directories = directories;
    for (const directory of directories) {
      mkdirSync(directory);
      for (const file of ['cpuset.cpus', 'cpuset.mems'])
        copy(`${dirname(directory)}/${file}`, `${directory}/${file}`);
      writeFileSync(`${directory}/cgroup.procs`, String(this.pid));
    }
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** In all of its cgroups still. */
  get isInPlace(): boolean {
    return this.#directories.every((directory) =>
      readFileSync(`${directory}/cgroup.procs`, 'utf8').split('\n').includes(String(this.pid)),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await ended;
    }
    for (const directory of this.#directories) if (existsSync(directory)) rmdirSync(directory);
  }
}

function nameOf({ controllers }: CgroupHierarchy): string {
  return controllers[0] ?? '';
}

/** Version 1's cpuset takes no process without them. */
function copy(from: string, to: string): void {
  if (existsSync(from) && existsSync(to) && readFileSync(to, 'utf8').trim() === '')
    writeFileSync(to, readFileSync(from));
}
