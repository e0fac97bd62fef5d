/** Before the tests with sanitizers: builds tsrun with them, and a program that calls the functions of its host. */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { currentCommit } from '../../scripts/build/build.ts';
import { makeExecutable } from '../../scripts/build/executable.ts';
import { dist, hostArch } from '../../scripts/build/paths.ts';
import { sanitized } from '../../scripts/build/variants.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absolute paths. */
    readonly sanitized: {
      /** Runs test/sanitized/host-functions.ts. */
      readonly hostFunctions: string;
      /** The directory for what is found. */
      readonly reports: string;
    };
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const directory = join(dist, 'sanitized');
  const reports = join(directory, 'reports');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  // Users of tests write there too.
  chmodSync(reports, 0o1777);
  const making = {
    arch: hostArch(),
    commit: currentCommit(),
    variant: sanitized(join(reports, 'report')),
  };
  // The name is in vitest.config.ts too.
  await makeExecutable(join(directory, 'tsrun'), making);
  const hostFunctions = join(directory, 'host-functions');
  await makeExecutable(hostFunctions, { ...making, entry: 'test/sanitized/host-functions.ts' });
  project.provide('sanitized', { hostFunctions, reports });
}
