/** `mounts[].destination`: config.md, section Mounts. */

import { inWords } from '../problem.ts';
import type { Config } from '../types.ts';
import type { Check } from './check.ts';

export const mountDestinations: Check<Config> = {
  reads: ['/mounts'],
  run({ mounts }, report) {
    mounts?.forEach(({ destination }, index) => {
      if (destination.startsWith('/')) return;
      const pointer = `/mounts/${index}/destination`;
      const problem = { pointer, expected: 'an absolute path', found: inWords(destination) };
      // Deprecated by the spec, but not forbidden.
      const tolerated = {
        hint: `it is taken from "/", as ${JSON.stringify(`/${destination}`)}`,
        warning: true,
      } as const;
      report(destination === '' ? problem : { ...problem, ...tolerated });
    });
  },
};
