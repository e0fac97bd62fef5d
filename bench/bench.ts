/** The comparison: prepares, measures as root and as an ordinary user, prints tables, keeps the results. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inRoot } from '../scripts/build/paths.ts';
import { installPackages } from '../scripts/test/packages.ts';
import { readableClone } from '../scripts/test/readable-clone.ts';
import { removedAtEnd } from '../scripts/vm/ending.ts';
import { needs, staticBusybox } from '../test/setup/needs.ts';
import { makeTestUsers } from '../test/setup/users.ts';
import { fetchedCallgrind } from './debian-packages.ts';
import { hostFacts } from './host.ts';
import { type Machine, measureScope, rssDivisor } from './measure-scope.ts';
import type { BenchOptions } from './options.ts';
import { estimatedMinutes, makePlan, type Plan } from './plan.ts';
import type { Callgrind } from './protocol.ts';
import { printReport } from './report.ts';
import { type Results, type ScopeResults, writeResults } from './results.ts';
import { contenders } from './runtimes.ts';
import type { ScopeName } from './scenarios.ts';
import { sizes } from './sizes.ts';

/** @throws Error if the machine lacks something without which nothing can be measured */
export async function bench(options: BenchOptions): Promise<void> {
  const begin = Date.now();
  const isRoot = process.getuid?.() === 0;
  const plan = makePlan(options, isRoot);
  installPackages([needs.busybox, needs.podman]);
  const busybox = staticBusybox();
  if (busybox === undefined) throw new Error('a static busybox is missing: apt-get install busybox-static');
  const folder = removedAtEnd(mkdtempSync('/tmp/tsrun-bench-'));
  chmodSync(folder, 0o711);
  try {
    // The user without subordinate ids, as most users are; newuidmap would be measured too with them.
    const user = isRoot ? makeTestUsers().at(-1) : undefined;
    const clone = user ? readableClone([user], join(folder, 'clone')) : inRoot('.');
    const { found, missing } = contenders(clone, folder, options.runtimes);
    for (const reason of missing) console.log(`not compared: ${reason}`);
    console.log(`this takes about ${Math.ceil(estimatedMinutes(plan, options))} minutes`);
    const machine: Machine = {
      ...{ folder, clone, busybox, options, user, contenders: found },
      rssDivisor: rssDivisor(busybox),
      callgrind: callgrindFor(plan),
    };
    const results = await measureAll(machine, plan, {
      date: new Date().toISOString().slice(0, 16),
      host: hostFacts(),
      versions: Object.fromEntries(found.map(({ name, version }) => [name, version])),
      missing,
      runs: options.runs,
      sizes: sizes(found),
      scopes: {},
      complete: false,
    });
    printReport(results);
    console.log(`measured in ${((Date.now() - begin) / 60_000).toFixed(1)} minutes`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Saves the samples after each task, so that those of an interrupted measurement are not lost. */
async function measureAll(machine: Machine, plan: Plan, empty: Results): Promise<Results> {
  const scopes: Partial<Record<ScopeName, ScopeResults>> = {};
  const results = { ...empty, scopes };
  const file = `${results.date.replace(':', '')}-${results.host.kind}.json`;
  const working = machine.options.json ?? inRoot('.cache/bench', file);
  console.log(`samples are saved to ${working} after each row`);
  for (const [name, measurements] of plan) {
    await measureScope(machine, name, measurements, (measured) => {
      scopes[name] = measured;
      writeResults(working, results);
    });
  }
  const complete = { ...results, complete: true };
  const kept = machine.options.json ?? keptFile(machine.options, working);
  writeResults(kept, complete);
  console.log(`samples are in ${kept}`);
  return complete;
}

/** Where a measurement is kept when it is done; only a whole one becomes part of the repository. */
function keptFile({ quick, only, runtimes }: BenchOptions, working: string): string {
  return quick || only || runtimes ? working : inRoot('bench/results', basename(working));
}

function callgrindFor(plan: Plan): Callgrind | undefined {
  if (!plan.some(([, measurements]) => measurements.some(({ task }) => task.startsWith('count-'))))
    return undefined;
  try {
    return fetchedCallgrind();
  } catch (error) {
    console.log(`instructions are not counted: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
