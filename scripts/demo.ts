/** `npm run demo`: builds, and runs a first container whose root is this machine's own system, with a layer on top. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serializeSpec } from '../src/spec/generate.ts';
import { build } from './build/build.ts';
import { inRoot } from './build/paths.ts';
import { type Demo, demoOf } from './demo/config.ts';
import { link } from './link/link.ts';

const marker = '/tsrun-was-here';

await build();
link();
const directory = mkdtempSync(join(tmpdir(), 'tsrun-demo-'));
try {
  process.exitCode = tour() || shell();
} finally {
  remove(directory);
}

function tour(): number {
  console.log('\nA container in a user namespace; its root is this machine, with a writable layer on top.');
  const demo = bundle(
    ['sh', '-c', readFileSync(inRoot('scripts/demo/tour.sh'), 'utf8'), 'sh', marker],
    false,
  );
  for (const missing of demo.leftOut) console.log(`Left out: ${missing}`);
  const status = run();
  if (status !== 0) return status;
  console.log('\n\x1b[1mAnd on the machine?\x1b[0m');
  for (const path of [marker, '/etc/tsrun-demo.conf']) {
    console.log(`  ${path}: ${existsSync(path) ? 'is there: that should not be' : 'not there'}`);
  }
  return existsSync(marker) ? 1 : 0;
}

function shell(): number {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return 0;
  console.log(
    '\nNow a shell in such a container. Nothing that you do reaches the machine; "exit" ends it.\n',
  );
  bundle([existsSync('/bin/bash') ? 'bash' : 'sh', ...(existsSync('/bin/bash') ? ['--norc'] : [])], true);
  run();
  return 0;
}

function bundle(args: readonly string[], terminal: boolean): Demo {
  clear(directory);
  const demo = demoOf({ directory, args, terminal });
  writeFileSync(join(directory, 'config.json'), serializeSpec(demo.config));
  return demo;
}

function run(): number {
  const command = ['run', '--bundle', directory, `demo-${process.pid}`];
  const { status, error } = spawnSync(inRoot('bin/tsrun'), command, { stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}

function clear(path: string): void {
  for (const name of readdirSync(path)) remove(join(path, name));
}

/** Overlay's work directories have no permissions at all, not even for their owner. */
function remove(path: string): void {
  const work = join(path, path === directory ? 'work' : '');
  if (existsSync(work) && (path === directory || path.endsWith('/work'))) {
    for (const name of readdirSync(work)) {
      const inner = join(work, name, 'work');
      if (existsSync(inner)) chmodSync(inner, 0o700);
    }
  }
  rmSync(path, { recursive: true, force: true });
}
