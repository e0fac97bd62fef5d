/** The build: what is made of what, and when it need not be. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleForBun } from './bun.ts';
import { writeLaunchers } from './launcher.ts';
import { lock } from './lock.ts';
import { bundleForNode } from './node.ts';
import { dist, inRoot, root } from './paths.ts';
import { contentHash, readStamp } from './stamp.ts';

const inputs = [
  'src',
  'scripts/build',
  'scripts/generate-validators.ts',
  'package-lock.json',
  'tsconfig.json',
];
const outputs = ['dist/engine/node', 'dist/engine/koffi.node', 'dist/node/main.js', 'bin/tsrun'];

/** Brings `dist/` and `bin/` up to date. */
export function build(): void {
  using _ = lock(join(dist, '.lock'));
  const stamp = join(dist, '.stamp');
  if (readStamp(stamp) === contentHash(root, inputs) && outputs.every((path) => existsSync(inRoot(path))))
    return;
  console.error('building …');
  rmSync(stamp, { force: true });
  mkdirSync(join(dist, 'engine'), { recursive: true });
  generateValidators();
  const entry = entryPoint();
  bundleForNode(entry);
  bundleForBun(entry);
  writeLaunchers();
  // Hashed after the generator ran: what it writes is an input too.
  writeFileSync(stamp, contentHash(root, inputs));
}

function generateValidators(): void {
  const script = inRoot('scripts/generate-validators.ts');
  if (!existsSync(script)) return;
  const { status } = spawnSync(process.execPath, [script], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`scripts/generate-validators.ts failed with status ${status}`);
}

function entryPoint(): string {
  const entry = inRoot('src/cli/main.ts');
  if (existsSync(entry)) return entry;
  const placeholder = join(dist, 'placeholder.ts');
  writeFileSync(
    placeholder,
    "import { writeSync } from 'node:fs';\nwriteSync(1, JSON.stringify(process.argv) + '\\n');\n",
  );
  return placeholder;
}
