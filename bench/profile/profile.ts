/**
 * `npm run bench -- --profile`: where the milliseconds of one `run` on Bun go. An instrumented copy of the program
 * is built for it (build.bun.js); what is shipped has no clocks in it.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dist, hostArch, inRoot } from '../../scripts/build/paths.ts';
import { makeBundles } from '../bundles.ts';
import type { BenchOptions } from '../options.ts';
import { median } from '../statistics.ts';
import type { ProfileRecord } from './clock.ts';
import { partOf } from './parts.ts';

/** Lines of the list of single functions. */
const FUNCTIONS = 25;

/** @throws Error where the instrumented program cannot be built or fails */
export async function profile({ runs }: BenchOptions): Promise<void> {
  const folder = mkdtempSync('/tmp/tsrun-profile-');
  try {
    const program = buildInstrumented(folder);
    const uid = process.getuid?.() ?? 0;
    const { once } = makeBundles(folder, { uid, gid: process.getgid?.() ?? 0, rules: uid === 0 });
    // In memory, as by default.
    const state = mkdtempSync(
      join(process.getuid?.() === 0 ? '/run' : (process.env.XDG_RUNTIME_DIR ?? '/tmp'), 'tsrun-profile-'),
    );
    using _ = { [Symbol.dispose]: () => rmSync(state, { recursive: true, force: true }) };
    const samples = Array.from({ length: runs + 3 }, (_, index) =>
      sample(program, folder, ['--root', state, 'run', '--bundle', once, `profile-${index}`]),
    ).slice(3);
    print(samples);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function buildInstrumented(folder: string): string {
  const program = join(folder, 'engine/tsrun-bun');
  mkdirSync(join(folder, 'engine'));
  for (const name of ['koffi.node', 'syscall.node'])
    copyFileSync(join(dist, 'engine', name), join(folder, 'engine', name));
  const bun = inRoot(
    'node_modules/@oven',
    `bun-linux-${hostArch() === 'arm64' ? 'aarch64' : 'x64'}`,
    'bin/bun',
  );
  const script = [
    inRoot('bench/profile/build.bun.js'),
    inRoot('src/cli/main.ts'),
    inRoot('bench/profile/clock.ts'),
  ];
  const { status } = spawnSync(bun, ['--no-env-file', ...script, program], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: process.env.PATH, HOME: folder },
  });
  if (status !== 0) throw new Error('the instrumented program cannot be built; is Bun here?');
  return program;
}

interface Sample extends ProfileRecord {
  /** Milliseconds since the epoch, as the caller sees it. */
  readonly started: number;
  readonly returned: number;
}

function sample(program: string, folder: string, args: readonly string[]): Sample {
  const file = join(folder, 'record.json');
  const env = { BUN_JSC_useJIT: '0', BUN_ENABLE_CRASH_REPORTING: '0', TSRUN_PROFILE: file };
  const now = () => performance.timeOrigin + performance.now();
  const started = now();
  const { status, stderr } = spawnSync(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const returned = now();
  if (status !== 0) throw new Error(`the instrumented program failed: ${stderr}`);
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as ProfileRecord), started, returned };
}

function print(samples: readonly Sample[]): void {
  const of = (figure: (sample: Sample) => number) => median(samples.map(figure));
  const names = [...new Set(samples.flatMap(({ accounts }) => Object.keys(accounts)))];
  const own = (name: string) => of(({ accounts }) => accounts[name]?.own ?? 0);
  const parts = new Map<string, number>([
    ['engine: process start to the first line', of(({ started, began }) => began - started)],
    ['engine: exit', of(({ ended, returned }) => returned - ended)],
  ]);
  let known = 0;
  for (const name of names) {
    known += own(name);
    parts.set(partOf(name), (parts.get(partOf(name)) ?? 0) + own(name));
  }
  parts.set('engine: loading modules, promises', of(({ began, ended }) => ended - began) - known);
  console.log(`one run, ${samples.length} samples, medians; the clocks cost some 10 % themselves\n`);
  printList([...parts], 'ms  part');
  console.log('');
  printList(
    names.map((name) => [name, own(name)] as const).filter(([, ms]) => ms > 0),
    'ms  function',
    FUNCTIONS,
  );
  console.log(`\nall of it: ${of(({ started, returned }) => returned - started).toFixed(2)} ms`);
}

function printList(list: readonly (readonly [string, number])[], head: string, most = list.length): void {
  console.log(`  ${head}`);
  const sorted = [...list].sort(([, a], [, b]) => b - a).slice(0, most);
  for (const [name, ms] of sorted) console.log(`${ms.toFixed(2).padStart(6)}  ${name}`);
}
