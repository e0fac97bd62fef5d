/** The comparison: prepares, measures as root and as an ordinary user, prints the table, keeps the results. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../scripts/build/paths.ts';
import { readableClone } from '../scripts/test/readable-clone.ts';
import { removedAtEnd } from '../scripts/vm/ending.ts';
import { staticBusybox } from '../test/setup/needs.ts';
import { makeTestUsers, type TestUser } from '../test/setup/users.ts';
import { makeBundles } from './bundles.ts';
import { hostFacts } from './host.ts';
import type { BenchOptions } from './options.ts';
import { type Results, type ScopeName, writeResults } from './results.ts';
import { type Contender, contenders, mountsBoth, type RuntimeName } from './runtimes.ts';
import { repetitions } from './scenarios.ts';
import { type Measured, measureScope } from './scope.ts';
import { sizes } from './sizes.ts';
import { median } from './statistics.ts';
import { renderTable } from './table.ts';
import { maximumResidentSet } from './timer.ts';
import type { WorkerProcess } from './worker-process.ts';
import { makeFolder, startWorker } from './workers.ts';

/** Where state directories may go: in memory, as /run is where a machine was booted and not just started. */
const RUNTIME_DIRECTORIES = ['/run', '/dev/shm'];
/** statfs(2) */
const TMPFS_MAGIC = 0x01021994;

/** @throws Error where the machine lacks what nothing can be measured without */
export async function bench(options: BenchOptions): Promise<void> {
  const busybox = staticBusybox();
  if (busybox === undefined) throw new Error('a static busybox is missing: apt install busybox-static');
  const isRoot = process.getuid?.() === 0;
  const folder = removedAtEnd(mkdtempSync('/tmp/tsrun-bench-'));
  chmodSync(folder, 0o711);
  try {
    // The user without subordinate ids, as most users are; newuidmap would be measured too with them.
    const user = isRoot ? makeTestUsers().at(-1) : undefined;
    const clone = user ? cloneFor(user, join(folder, 'clone')) : inRoot('.');
    const { found, missing } = contenders(clone, folder);
    const machine: Machine = {
      folder,
      clone,
      busybox,
      rssDivisor: rssDivisor(busybox),
      contenders: found,
      options,
    };
    const scopes: Partial<Record<ScopeName, Record<string, Measured>>> = {};
    if (isRoot) scopes.root = await scope(machine, 'root', undefined);
    if (isRoot && mountsBoth())
      scopes['root, version 2'] = await scope(machine, 'root, version 2', undefined);
    scopes.rootless = await scope(machine, 'rootless', user);
    scopes['cold page cache'] = await scope(machine, 'cold page cache', undefined);
    report(
      {
        date: new Date().toISOString().slice(0, 16),
        host: hostFacts(),
        versions: Object.fromEntries(found.map(({ name, version }) => [name, version])),
        missing,
        runs: options.runs,
        sizes: sizes(found),
        scopes,
      },
      options,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Machine {
  readonly folder: string;
  readonly clone: string;
  readonly busybox: string;
  readonly rssDivisor: number;
  readonly contenders: readonly Contender[];
  readonly options: BenchOptions;
}

/** A clone that the user can read: this one, or a copy. The workers' sources have to be in it. */
function cloneFor(user: TestUser, target: string): string {
  const clone = readableClone([user], target);
  if (clone === target) cpSync(inRoot('bench'), join(target, 'bench'), { recursive: true });
  return clone;
}

async function scope(machine: Machine, name: ScopeName, user: TestUser | undefined) {
  const { folder, options } = machine;
  console.error(`${name}:`);
  const own = user ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const home = makeFolder(join(folder, name), own);
  const state = makeFolder(removedAtEnd(mkdtempSync(join(stateParent(), 'tsrun-bench-'))), own);
  const hideCgroup1 = name === 'root, version 2';
  const bundles = makeBundles(home, { ...own, rules: own.uid === 0 && !hideCgroup1 });
  if (user) spawnSync('chown', ['-R', `${own.uid}:${own.gid}`, home]);
  const workers = new Map<RuntimeName, WorkerProcess>();
  try {
    for (const found of machine.contenders) {
      const contender = { ...found, hideCgroup1: hideCgroup1 || found.hideCgroup1 };
      if (contender.hideCgroup1 && process.getuid?.() !== 0) {
        console.log(`${contender.name}: only root can hide version 1 of cgroups from it: no column for it`);
      } else
        workers.set(
          contender.name,
          await startWorker(contender, { ...machine, home, state, own, bundles, user }),
        );
    }
    const measured = await measureScope(workers, {
      options,
      repetitions: repetitions[name],
      progress: (task) => console.error(`  ${task}`),
    });
    return Object.fromEntries(measured);
  } finally {
    for (const worker of workers.values()) await worker.end();
    rmSync(state, { recursive: true, force: true });
  }
}

function stateParent(): string {
  const isInMemory = (path: string) => existsSync(path) && statfsSync(path).type === TMPFS_MAGIC;
  const common = RUNTIME_DIRECTORIES.find(isInMemory) ?? '/tmp';
  return process.getuid?.() === 0 ? common : (process.env.XDG_RUNTIME_DIR ?? common);
}

/** Before 1.37, `busybox time` said four times too much: ask a process that knows its own figure. */
function rssDivisor(busybox: string): number {
  const script = 'console.log(process.resourceUsage().maxRSS)';
  const { stdout, stderr } = spawnSync(busybox, ['time', '-v', process.execPath, '-e', script], {
    encoding: 'utf8',
  });
  return Math.max(1, Math.round(maximumResidentSet(stderr) / 1024 / Number(stdout)));
}

function report(results: Results, { json, quick, runs }: BenchOptions): void {
  const { host, versions, scopes, missing } = results;
  console.log(`\n${host.kind}: ${host.cpu}, ${host.memory}, Linux ${host.kernel}, cgroups: ${host.cgroups}`);
  for (const [name, version] of Object.entries(versions)) console.log(`${name}: ${version}`);
  console.log(`\n${runs} samples per cell, taken in turns: median (95th percentile) ratio to runc\n`);
  console.log(renderTable(results));
  for (const { name, bytes } of results.sizes) console.log(`${name}: ${(bytes / 1e6).toFixed(1)} MB`);
  for (const name of missing) console.log(`no column for ${name}`);
  for (const [name, measured] of Object.entries(scopes)) printNotes(name, measured);
  const file =
    json ?? (quick ? undefined : inRoot(`bench/results/${results.date.replace(':', '')}-${host.kind}.json`));
  if (file) writeResults(file, results);
}

function printNotes(scope: string, measured: Readonly<Record<string, Measured>>): void {
  const empty = Object.values(measured).flatMap(({ samples }) => samples.empty ?? []);
  if (empty.length > 0) {
    const share = median(empty.map((sample) => Number(sample.empty))).toFixed(2);
    console.log(`\n${scope}: ${share} ms of each are the driver's (an empty static program takes that)`);
  }
  for (const [name, { errors }] of Object.entries(measured)) {
    for (const [task, error] of Object.entries(errors)) console.log(`${scope}, ${name}, ${task}: ${error}`);
  }
}
