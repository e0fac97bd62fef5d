/** runc's own integration suite, unmodified, against runc, crun and tsrun. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceFile, conformancePage } from '../conformance/page.ts';
import { installPackages } from '../test/packages.ts';
import { addGo, addImages } from './images.ts';
import type { Options } from './options.ts';
import { suiteNeeds } from './packages.ts';
import {
  outdated,
  type Reason,
  type Run,
  readReasons,
  readResults,
  unexplained,
  updated,
  writeResults,
} from './results.ts';
import { callerOf, cloneFor, runtimeOf, suiteUser } from './runtimes.ts';
import { fetchSource } from './source.ts';
import { runSuite, type Suite, suiteFiles } from './suite.ts';

/** Needs root. Returns what is wrong: failures without a written reason, reasons without a failure. */
export async function runForeign(options: Options): Promise<string[]> {
  if (process.getuid?.() !== 0)
    throw new Error("runc's suite needs root: it makes cgroups and changes users");
  installPackages(suiteNeeds);
  const { version, directory } = fetchSource();
  // Below /tmp, whatever TMPDIR says: the test user must be able to reach it.
  const scratch = mkdtempSync('/tmp/tsrun-suite-');
  chmodSync(scratch, 0o711);
  try {
    const suite = await copySuite(directory, scratch);
    const runs = runAll(suite, options);
    await keep(version, options.files.length === 0 ? runs : updated(readResults().runs, runs));
    return judge(runs, readResults().runs, readReasons());
  } finally {
    detachLoops(scratch);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** In test/foreign/results.json, and on the page that shows them. */
async function keep(version: string, runs: readonly Run[]): Promise<void> {
  writeResults(version, runs);
  writeFileSync(conformanceFile, await conformancePage());
}

/** A test that fails may leave a loop device, which belongs to the machine. */
function detachLoops(scratch: string): void {
  const args = ['--noheadings', '--raw', '--output', 'NAME,BACK-FILE'];
  const { stdout } = spawnSync('losetup', args, { encoding: 'utf8' });
  for (const line of stdout.split('\n')) {
    const [device = '', file = ''] = line.split(' ');
    if (file.startsWith(`${scratch}/`)) spawnSync('losetup', ['--detach', device]);
  }
}

async function copySuite(directory: string, scratch: string): Promise<Suite> {
  const suite = { source: join(scratch, 'runc'), bin: join(scratch, 'bin'), scratch };
  cpSync(directory, suite.source, { recursive: true, verbatimSymlinks: true });
  await addImages(suite.source, scratch);
  addGo(suite.bin);
  return suite;
}

function runAll(suite: Suite, { runtimes, callers, files }: Options): Run[] {
  const user = suiteUser();
  const clone = cloneFor(user, suite.scratch);
  const chosen = files.length > 0 ? files : suiteFiles(suite);
  return callers.flatMap((caller) =>
    runtimes.map((name) =>
      runSuite(suite, runtimeOf(name, clone), callerOf(caller, user, suite.scratch), chosen),
    ),
  );
}

/** @param kept the runs that test/foreign/results.json holds now */
function judge(runs: readonly Run[], kept: readonly Run[], reasons: readonly Reason[]): string[] {
  const missing = runs.flatMap((run) =>
    unexplained(run, reasons).map((test) => `no reason written: ${run.runtime}, ${run.caller}: ${test}`),
  );
  const stale = outdated(kept, reasons);
  return [...missing, ...stale.map(({ file, test }) => `nothing fails: ${file}: ${test ?? 'any test'}`)];
}
