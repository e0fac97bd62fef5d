/** `root.path`, `linux.maskedPaths`, `linux.readonlyPaths`. */

import type { Report } from '../problem.ts';
import type { Config } from '../types.ts';
import { mustBeAbsolute } from './absolute.ts';
import type { Check } from './check.ts';

export const rootPath: Check<Config> = {
  reads: ['/root/path'],
  run({ root }, report) {
    if (root.path !== '') return;
    const expected = 'the path of the root filesystem';
    report({ pointer: '/root/path', expected, found: 'an empty string', hint: 'write "rootfs"' });
  },
};

export const maskedPaths: Check<Config> = {
  reads: ['/linux/maskedPaths'],
  run: ({ linux }, report) => allAbsolute(linux?.maskedPaths, '/linux/maskedPaths', report),
};

export const readonlyPaths: Check<Config> = {
  reads: ['/linux/readonlyPaths'],
  run: ({ linux }, report) => allAbsolute(linux?.readonlyPaths, '/linux/readonlyPaths', report),
};

function allAbsolute(paths: readonly string[] | undefined, at: string, report: Report): void {
  paths?.forEach((path, index) => {
    mustBeAbsolute(path, `${at}/${index}`, report);
  });
}
