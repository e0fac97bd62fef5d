/** The build: what is made of what, and when it need not be. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAddon } from './addon.ts';
import { bundleForBun } from './bun.ts';
import { writeLaunchers } from './launcher.ts';
import { lock } from './lock.ts';
import { bundleForNode } from './node.ts';
import { dist, inRoot, root } from './paths.ts';
import { contentHash, readStamp } from './stamp.ts';

export const entry = inRoot('src/cli/main.ts');
const inputs = ['src', 'scripts/build', 'package.json', 'package-lock.json', 'tsconfig.json'];
const outputs = [
  ...['dist/engine/node', 'dist/engine/koffi.node', 'dist/engine/syscall.node'],
  ...['dist/node/main.cjs', 'bin/tsrun'],
];

/** Brings `dist/` and `bin/` up to date. */
export function build(): void {
  using _ = lock(join(dist, '.lock'));
  const file = join(dist, '.stamp');
  const commit = currentCommit();
  if (readStamp(file) === stamp(commit) && outputs.every((path) => existsSync(inRoot(path)))) return;
  console.error('building …');
  rmSync(file, { force: true });
  mkdirSync(join(dist, 'engine'), { recursive: true });
  generate('scripts/generate-validators.ts');
  generate('scripts/generate-constants.ts');
  // What they write is an input too; what is edited from here on is for the next build.
  const built = stamp(commit);
  writeAddon();
  bundleForNode(entry, commit);
  bundleForBun(entry, commit);
  writeLaunchers();
  writeFileSync(file, built);
}

function stamp(commit: string): string {
  return `${contentHash(root, inputs)} ${commit}\n`;
}

/** What `tsrun --version` says: the commit, with a mark when the sources differ from it. */
export function currentCommit(): string {
  const git = (...args: string[]) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  const head = git('rev-parse', '--short=12', 'HEAD');
  if (head.status !== 0) return 'unknown';
  const changed = git('status', '--porcelain', '--', ...inputs).stdout !== '';
  return `${head.stdout.trim()}${changed ? '-changed' : ''}`;
}

function generate(script: string): void {
  if (!existsSync(inRoot(script))) return;
  const { status } = spawnSync(process.execPath, [inRoot(script)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`${script} failed with status ${status}`);
}
