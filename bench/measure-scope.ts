/** Measures one scope: as whom, with which state directory, one worker per runtime. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { removedAtEnd } from '../scripts/vm/ending.ts';
import type { TestUser } from '../test/setup/users.ts';
import { makeBundles } from './bundles.ts';
import type { BenchOptions } from './options.ts';
import type { Measurement } from './plan.ts';
import type { Callgrind } from './protocol.ts';
import type { ScopeResults } from './results.ts';
import type { RuntimeName } from './runtime-names.ts';
import type { Contender } from './runtimes.ts';
import type { ScopeName } from './scenarios.ts';
import { Scope } from './scope.ts';
import { maximumResidentSet } from './timer.ts';
import type { WorkerProcess } from './worker-process.ts';
import { makeFolder, startWorker } from './workers.ts';

/** statfs(2) */
const TMPFS_MAGIC = 0x01021994;

export interface Machine {
  /** For everything that is deleted at the end. */
  readonly folder: string;
  /** The clone that the user can read. */
  readonly clone: string;
  readonly busybox: string;
  readonly rssDivisor: number;
  readonly callgrind: Callgrind | undefined;
  readonly contenders: readonly Contender[];
  readonly options: BenchOptions;
  /** The ordinary user of root's bench. */
  readonly user: TestUser | undefined;
}

/** @param save gets what is known so far, after each task */
export async function measureScope(
  machine: Machine,
  name: ScopeName,
  measurements: readonly Measurement[],
  save: (results: ScopeResults) => void,
): Promise<void> {
  console.error(`${name}:`);
  const user = name.startsWith('rootless') ? machine.user : undefined;
  const own = user ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const home = makeFolder(join(machine.folder, name), own);
  const state = makeFolder(removedAtEnd(mkdtempSync(join(stateParent(), 'tsrun-bench-'))), own);
  const bundles = makeBundles(home, own);
  if (user) spawnSync('chown', ['-R', `${own.uid}:${own.gid}`, home]);
  const workers = new Map<RuntimeName, WorkerProcess>();
  const isRelative = name.endsWith('relative --root');
  try {
    for (const contender of machine.contenders) {
      if (contender.hideControllers && process.getuid?.() !== 0)
        console.log(
          `${contender.name}: only root can hide the controllers of version 2 from it: not compared`,
        );
      else
        workers.set(
          contender.name,
          await startWorker(contender, { ...machine, home, state, isRelative, own, bundles, user }),
        );
    }
    const scope = new Scope(workers);
    let begin = performance.now();
    await scope.measure(measurements, machine.options, (task) => {
      console.error(`  ${task}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
      begin = performance.now();
      save(scope.results());
    });
  } finally {
    for (const worker of workers.values()) await worker.end();
    rmSync(state, { recursive: true, force: true });
  }
}

/** In memory, as state directories usually are; /run is on a disk on a machine that was started without an init. */
function stateParent(): string {
  const own = process.getuid?.() === 0 ? '/run' : process.env.XDG_RUNTIME_DIR;
  const isInMemory = (path: string) => existsSync(path) && statfsSync(path).type === TMPFS_MAGIC;
  return [own ?? '', '/dev/shm'].find(isInMemory) ?? '/tmp';
}

/** Before 1.37, `busybox time` reported four times too much: compare with a process that knows its own figure. */
export function rssDivisor(busybox: string): number {
  const script = 'console.log(process.resourceUsage().maxRSS)';
  const { stdout, stderr } = spawnSync(busybox, ['time', '-v', process.execPath, '-e', script], {
    encoding: 'utf8',
  });
  return Math.max(1, Math.round(maximumResidentSet(stderr) / 1024 / Number(stdout)));
}
