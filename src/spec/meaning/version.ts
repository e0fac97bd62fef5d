/** `ociVersion`: config.md, Specification version; SemVer 2.0.0. */

import { inWords } from '../problem.ts';
import type { Config } from '../types.ts';
import type { Check } from './check.ts';

/** The newest minor version of 1.x that the schema knows. */
const NEWEST = 3;
const SEMVER = /^(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
/** What engines write. */
const USUAL = ['1.0.0', '1.0.1', '1.0.2', '1.0.2-dev', '1.1.0', '1.2.0', '1.2.1', '1.3.0'];
const HINT = 'write "1.3.0"';

export const ociVersion: Check<Config> = {
  reads: ['/ociVersion'],
  run(config, report) {
    if (USUAL.includes(config.ociVersion)) return;
    const pointer = '/ociVersion';
    const found = inWords(config.ociVersion);
    const match = SEMVER.exec(config.ociVersion);
    if (match === null) {
      return report({ pointer, expected: 'a version of the form "1.3.0"', found, hint: HINT });
    }
    const [, major, minor] = match;
    if (major !== '1') return report({ pointer, expected: 'a version from 1.0 to 1.3', found, hint: HINT });
    if (Number(minor) <= NEWEST) return;
    const hint = 'what is new in it is ignored';
    report({ pointer, expected: 'a version up to 1.3', found, hint, warning: true });
  },
};
