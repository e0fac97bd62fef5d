/** Before the tests of packages: makes them, hardly compressed, once for all files. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { dist } from '../../scripts/build/paths.ts';
import { quick } from '../../scripts/package/compression.ts';
import { makePackages, type Packages } from '../../scripts/package/package.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute paths. */
    readonly packages: Packages;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const output = join(dist, 'package-test');
  const made = await makePackages(output, quick);
  // A name without the version, for vitest.config.ts.
  symlinkSync(made.directory, join(output, 'installed'));
  const paths = Object.entries(made).map(([kind, name]) => [kind, join(output, name)]);
  project.provide('packages', Object.fromEntries(paths));
}
