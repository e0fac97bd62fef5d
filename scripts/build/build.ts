/** The build: what is made of what, and when it need not be. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CannotBuild } from './compiler.ts';
import { makeExecutable } from './executable.ts';
import { lock } from './lock.ts';
import { bundleForNode } from './node.ts';
import { writeNodeCommand } from './node-command.ts';
import { dist, hostArch, inRoot, root } from './paths.ts';
import { contentHash, readStamp } from './stamp.ts';

const inputs = ['src', 'scripts/build', 'package.json', 'package-lock.json', 'tsconfig.json'];
const outputs = [
  'dist/engine/node',
  'dist/engine/koffi.node',
  'dist/node/main.cjs',
  'dist/bin/tsrun-node',
  'dist/bin/tsrun',
  'bin/tsrun',
];
/** The executable, if it can be built. Tests and measurements take this one, so that they never run on Node by mistake. */
export const executable = join(dist, 'bin/tsrun');

/** Brings `dist/` and `bin/` up to date. */
export async function build(): Promise<void> {
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
  await bundleForNode(commit);
  writeNodeCommand(join(dist, 'bin/tsrun-node'));
  // What could not be built may be possible the next time.
  if (await buildExecutable(commit)) writeFileSync(file, built);
}

/** @returns false if `bin/tsrun` runs on Node */
async function buildExecutable(commit: string): Promise<boolean> {
  const command = inRoot('bin/tsrun');
  try {
    await makeExecutable(executable, { arch: hostArch(), commit });
  } catch (error) {
    if (!(error instanceof CannotBuild)) throw error;
    console.error(`cannot build the executable: ${error.message}`);
    console.error('bin/tsrun runs on Node');
    rmSync(executable, { force: true });
    writeNodeCommand(command);
    return false;
  }
  mkdirSync(dirname(command), { recursive: true });
  copyFileSync(executable, `${command}.new`);
  renameSync(`${command}.new`, command);
  return true;
}

/** Of what is built from the sources as they are. */
export function stamp(commit: string): string {
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
