/** A package must not know the machine that made it: where the sources were, who built them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root } from '../build/paths.ts';

/** @throws with the names of files that hold a path of this machine */
export function assertNoBuildPaths(directory: string): void {
  const found = buildPathsIn(directory);
  if (found.length > 0) throw new Error(`paths of this machine are in ${found.join(', ')}`);
}

/** Files that hold a path into the clone, or the home directory of who builds unless it is one that many have. */
export function buildPathsIn(directory: string): string[] {
  const inClone = ['src', 'scripts', 'dist', 'node_modules'].map((folder) => join(root, folder));
  const secrets = [...inClone, ...[homedir()].filter((path) => path.split('/').length > 2)];
  const found: string[] = [];
  for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const file = join(directory, path);
    if (!statSync(file).isFile()) continue;
    const bytes = readFileSync(file);
    for (const secret of secrets) if (bytes.includes(secret)) found.push(`${path} (${secret})`);
  }
  return found;
}
