/** Before the tests of packages: makes them once for all files. */
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { dist } from '../../scripts/build/paths.ts';
import { makePackages, type Packages } from '../../scripts/package/package.ts';
import { lastCommit } from '../../scripts/package/release.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute paths. */
    readonly packages: Packages;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const output = join(dist, 'package-test');
  rmSync(output, { recursive: true, force: true });
  // A copy of the sources without git has no time of its own.
  if (lastCommit() === undefined) process.env.SOURCE_DATE_EPOCH ??= '1700000000';
  const made = await makePackages({ output });
  // A name without the version, for vitest.config.ts.
  symlinkSync(made.directory, join(output, 'installed'));
  const paths = Object.entries(made).map(([kind, name]) => [kind, join(output, name)]);
  project.provide('packages', Object.fromEntries(paths));
}
