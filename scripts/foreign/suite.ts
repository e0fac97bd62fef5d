/** Runs the suite: one file of bats at a time, each in namespaces and cgroups of its own (isolated.sh). */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { inRoot } from '../build/paths.ts';
import type { Run } from './results.ts';
import type { Caller, Runtime } from './runtimes.ts';
import { parseTap, type Tap, testNames } from './tap.ts';

export interface Suite {
  /** A copy of runc's source that the callers can read. */
  readonly source: string;
  /** Comes first in PATH. */
  readonly bin: string;
  readonly scratch: string;
}

/** The longest file takes twenty seconds. */
const LIMIT_SECONDS = 120;

export function suiteFiles({ source }: Suite): string[] {
  return readdirSync(join(source, 'tests/integration'))
    .filter((name) => name.endsWith('.bats'))
    .sort();
}

/** Runs these files, and prints what fails as it comes. */
export function runSuite(suite: Suite, runtime: Runtime, caller: Caller, files: readonly string[]): Run {
  console.log(`\n${runtime.name} ${runtime.version}, ${caller.name}:`);
  const results = files.map((file) => {
    const begin = Date.now();
    const tap = runFile(suite, runtime, caller, file);
    print(file, tap, Date.now() - begin);
    return [file, tap.tests] as const;
  });
  return {
    runtime: runtime.name,
    version: runtime.version,
    caller: caller.name,
    date: new Date().toISOString().slice(0, 10),
    system: `Linux ${release()}, cgroup ${existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'v2' : 'v1'}`,
    files: Object.fromEntries(results),
  };
}

function runFile({ source, bin, scratch }: Suite, runtime: Runtime, caller: Caller, file: string): Tap {
  const folder = join(source, 'tests/integration');
  const out = mkdtempSync(join(scratch, 'out-'));
  chownSync(out, caller.uid, caller.gid);
  const tap = join(out, 'tap');
  const credentials = [`--reuid=${caller.uid}`, `--regid=${caller.gid}`, '--clear-groups'];
  const bats = `cd ${folder} && exec bats --tap ${file} >${tap} 2>&1`;
  const { error } = spawnSync(
    'bash',
    [
      inRoot('scripts/foreign/isolated.sh'),
      `tsrun-suite-${process.pid}`,
      // crun refuses machines that have both versions of cgroups.
      runtime.name === 'crun' ? 'legacy' : 'hybrid',
      String(LIMIT_SECONDS),
      caller.delegated ? `${caller.uid}:${caller.gid}` : '0:0',
      ...(caller.uid === 0 ? [] : ['setpriv', ...credentials]),
      // The tests want a controlling terminal.
      ...['script', '--quiet', '--return', '--command', bats, '/dev/null'],
    ],
    {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...caller.env,
        RUNC: patient(runtime, out),
        PATH: `${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        SHELL: '/bin/sh',
        TERM: 'xterm',
        LANG: 'C.UTF-8',
      },
    },
  );
  if (error) throw error;
  const text = existsSync(tap) ? readFileSync(tap, 'utf8') : '';
  return parseTap(text, testNames(readFileSync(join(folder, file), 'utf8')));
}

/** The suite starts in the background what receives terminals, and on a busy machine the runtime is there before it. */
function patient({ path }: Runtime, directory: string): string {
  const script = `#!/bin/sh
last=
for argument; do
  [ "$last" != --console-socket ] || timeout 10 sh -c 'until [ -S "$0" ]; do sleep 0.05; done' "$argument"
  last=$argument
done
unset last argument
exec ${path} "$@"
`;
  const file = join(directory, basename(path));
  writeFileSync(file, script);
  // Whatever the umask is, others call it.
  chmodSync(file, 0o755);
  return file;
}

function print(file: string, { tests, diagnostics }: Tap, milliseconds: number): void {
  const count = (wanted: string) => tests.filter(({ result }) => result === wanted).length;
  const counts = `${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`;
  console.log(`  ${file.padEnd(28)} ${counts} (${(milliseconds / 1000).toFixed(1)} s)`);
  for (const { test, result } of tests) {
    if (result !== 'fail') continue;
    console.log(`    failed: ${test}`);
    for (const line of diagnostics.get(test) ?? ['it did not finish']) console.log(`      ${line}`);
  }
}
