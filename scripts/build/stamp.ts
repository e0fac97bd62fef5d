/** Skips work whose inputs have not changed: a hash of the inputs' contents, kept beside the outputs. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Hash of the contents and relative names of files and of everything in folders. */
export function contentHash(base: string, paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((entry) => filesIn(base, entry)).sort()) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(base, path)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** The stamp left by the last successful build, or nothing. */
export function readStamp(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function filesIn(base: string, path: string): string[] {
  const full = join(base, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  return readdirSync(full).flatMap((name) => filesIn(base, join(path, name)));
}
